"""The reference engine: the estimator itself, as scikit-learn runs it."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyarrow as pa

from overnight.scoring.bundle import Bundle
from overnight.scoring.output import DECISION, PROBABILITIES, SCORE
from overnight.spec import Task


class SklearnEngine:
    """Calls `predict_proba` or `predict` on a pandas frame with the contract's columns."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        predict: dict[Task, Callable[[pd.DataFrame], dict[str, pa.Array]]] = {
            Task.BINARY: self._binary,
            Task.MULTICLASS: self._multiclass,
            Task.REGRESSION: self._regression,
        }
        self._predict = predict[bundle.card.task]

    def predict(self, features: pa.Table) -> dict[str, pa.Array]:
        """Scores of a batch, in its order."""
        return self._predict(to_frame(features.select(list(self._bundle.contract.features))))

    def _binary(self, features: pd.DataFrame) -> dict[str, pa.Array]:
        scores = self._bundle.estimator.predict_proba(features)[:, 1]
        threshold = self._bundle.card.decision_threshold
        decided = {} if threshold is None else {DECISION: pa.array(scores >= threshold)}
        return {SCORE: _doubles(scores), **decided}

    def _multiclass(self, features: pd.DataFrame) -> dict[str, pa.Array]:
        probabilities = self._bundle.estimator.predict_proba(features)
        best = probabilities.argmax(axis=1)
        return {
            SCORE: _doubles(probabilities[np.arange(len(best)), best]),
            DECISION: pa.array(np.asarray(self._bundle.card.classes, dtype=object)[best], pa.string()),
            PROBABILITIES: pa.array(list(probabilities.astype(np.float64)), pa.list_(pa.field("element", pa.float64()))),
        }

    def _regression(self, features: pd.DataFrame) -> dict[str, pa.Array]:
        return {SCORE: _doubles(self._bundle.estimator.predict(features))}


def to_frame(features: pa.Table) -> pd.DataFrame:
    """Features as scikit-learn takes them: float64 with NaN for null, strings as objects with None for null."""
    frame: pd.DataFrame = features.to_pandas()
    return frame


def _doubles(values: np.ndarray) -> pa.Array:
    return pa.array(np.asarray(values, dtype=np.float64), pa.float64())
