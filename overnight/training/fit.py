"""Fits, judges and packs a model: from a training set to the files of a bundle."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from overnight import catalog
from overnight.errors import BadData
from overnight.features.history import TARGET_DATE
from overnight.monitoring.profile import Bins, Profile, choose_bins, profile_batch
from overnight.monitoring.reference import Reference, build_reference
from overnight.runs.fingerprint import library_versions
from overnight.scoring import bundle
from overnight.scoring.bundle import Bundle, BundleFiles, ModelCard
from overnight.scoring.engines.sklearn_engine import SklearnEngine, to_frame
from overnight.scoring.output import score_columns
from overnight.spec import Pipeline, Task
from overnight.training.dataset import TrainingSet
from overnight.training.evaluation import calibration, evaluate


def fit(pipeline: Pipeline, data: TrainingSet, fingerprint: str) -> tuple[BundleFiles, ModelCard]:
    """Fit on the earlier dates, evaluate on the later ones, and pack the bundle.

    Raises:
        BadData: there are no rows to fit on or none to evaluate on.
    """
    fitted_on, evaluated_on = (data.of(list(dates)) for dates in (pipeline.training.fit, pipeline.training.evaluate))
    for what, rows in (("fit on", fitted_on), ("evaluate on", evaluated_on)):
        if not rows.num_rows:
            raise BadData(
                f"There is no labelled row to {what} in {pipeline.training}. Land the data, or move the window in the spec."
            )
    estimator = catalog.module("models", pipeline.name).build_estimator()
    features = list(data.contract.features)
    estimator.fit(to_frame(fitted_on.select(features)), data.labels(fitted_on))
    classes = () if pipeline.task is Task.REGRESSION else tuple(str(each) for each in estimator.classes_)
    truth = data.labels(evaluated_on).to_numpy()
    predicted = _predict(pipeline.task, estimator, to_frame(evaluated_on.select(features)))
    baseline = _baseline(pipeline.task, data.labels(fitted_on), len(truth), classes)
    card = ModelCard(
        pipeline=pipeline.name,
        task=pipeline.task,
        label=pipeline.label.name,
        decision_threshold=pipeline.decision_threshold,
        classes=classes,
        trained_on=str(pipeline.training.fit),
        evaluated_on=str(pipeline.training.evaluate),
        training_rows=fitted_on.num_rows,
        metrics=evaluate(pipeline.task, truth, predicted, baseline, classes),
        calibration=calibration(truth, predicted) if pipeline.task is Task.BINARY else (),
        libraries=library_versions(),
        fingerprint=fingerprint,
    )
    reference = _reference(pipeline, data, estimator, card, fitted_on, evaluated_on)
    return bundle.pack(estimator, data.contract, reference, card), card


def _predict(task: Task, estimator: Any, features: pd.DataFrame) -> np.ndarray:
    if task is Task.REGRESSION:
        return np.asarray(estimator.predict(features))
    probabilities = np.asarray(estimator.predict_proba(features))
    return probabilities[:, 1] if task is Task.BINARY else probabilities


def _baseline(task: Task, labels: pd.Series, rows: int, classes: tuple[str, ...]) -> np.ndarray:
    """What one would say without looking at any feature: the training mean, or the classes' shares."""
    if task is Task.MULTICLASS:
        shares = labels.astype(str).value_counts(normalize=True)
        return np.tile([shares[name] for name in classes], (rows, 1))
    return np.full(rows, labels.mean())


def _reference(
    pipeline: Pipeline, data: TrainingSet, estimator: Any, card: ModelCard, fitted_on: pa.Table, evaluated_on: pa.Table
) -> Reference:
    """Profiles to compare nights with: features as trained on, scores as given to dates the model had not seen."""
    engine = SklearnEngine(Bundle("", estimator, data.contract, Reference({}, Profile({}), {}), card))
    scores = engine.predict(evaluated_on)
    scored = pa.table({TARGET_DATE: evaluated_on[TARGET_DATE], **{name: scores[name] for name in score_columns(card)}})
    quantile = pipeline.drift.usual_quantile
    of_features = _daily_reference(fitted_on, list(data.contract.features), quantile)
    of_scores = _daily_reference(scored, list(score_columns(card)), quantile)
    return Reference(
        {**of_features.bins, **of_scores.bins},
        Profile({**of_features.profile.columns, **of_scores.profile.columns}),
        {**of_features.usual_psi, **of_scores.usual_psi},
    )


def _daily_reference(rows: pa.Table, columns: Sequence[str], quantile: float) -> Reference:
    bins: dict[str, Bins] = {name: choose_bins(name, rows[name]) for name in columns}
    return build_reference(bins, [profile_batch(each.select(columns), bins) for each in _by_date(rows)], quantile)


def _by_date(rows: pa.Table) -> list[pa.Table]:
    days: pd.Series = rows[TARGET_DATE].to_pandas()
    positions = pd.Series(np.arange(len(days))).groupby(days.to_numpy())
    return [rows.take(pa.array(of_day)) for _, of_day in positions]
