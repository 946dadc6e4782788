"""How good a model is on dates it has not seen, beside a baseline that knows nothing but the training mean."""

from collections.abc import Mapping

import numpy as np
from sklearn.metrics import (
    accuracy_score,
    brier_score_loss,
    log_loss,
    mean_absolute_error,
    r2_score,
    roc_auc_score,
    root_mean_squared_error,
)

from overnight.spec import Task

CALIBRATION_BINS = 10

# One row per decile of predictions: mean predicted, observed rate, rows.
Calibration = tuple[tuple[float, float, int], ...]


def evaluate(
    task: Task, truth: np.ndarray, predicted: np.ndarray, baseline: np.ndarray, classes: tuple[str, ...]
) -> Mapping[str, float]:
    """Metrics of predictions and, prefixed `baseline_`, of the baseline's.

    `predicted` and `baseline` are probabilities of shape (rows,) for binary tasks, (rows, classes) for multiclass, and
    numbers of shape (rows,) for regression.
    """
    metrics = {Task.BINARY: _binary, Task.MULTICLASS: _multiclass, Task.REGRESSION: _regression}[task]
    return {
        **metrics(truth, predicted, classes),
        **{f"baseline_{name}": value for name, value in metrics(truth, baseline, classes).items()},
    }


def calibration(truth: np.ndarray, probability: np.ndarray) -> Calibration:
    """Mean prediction and observed rate per decile of predictions: equal where probabilities can be read as such."""
    order = np.argsort(probability, kind="stable")
    groups = np.array_split(order, CALIBRATION_BINS)
    return tuple((float(probability[rows].mean()), float(truth[rows].mean()), len(rows)) for rows in groups if len(rows))


def expected_calibration_error(rows: Calibration) -> float:
    """Mean distance of predicted and observed rates over the deciles, weighted by rows (Naeini et al., AAAI 2015)."""
    total = sum(count for _, _, count in rows)
    return sum(abs(predicted - observed) * count for predicted, observed, count in rows) / total


def _binary(truth: np.ndarray, probability: np.ndarray, classes: tuple[str, ...]) -> dict[str, float]:
    return {
        "roc_auc": float(roc_auc_score(truth, probability)),
        "log_loss": float(log_loss(truth, probability, labels=[0, 1])),
        "brier_score": float(brier_score_loss(truth, probability)),
        "calibration_error": expected_calibration_error(calibration(truth, probability)),
    }


def _multiclass(truth: np.ndarray, probabilities: np.ndarray, classes: tuple[str, ...]) -> dict[str, float]:
    decided = np.asarray(classes, dtype=object)[probabilities.argmax(axis=1)]
    return {
        "log_loss": float(log_loss(truth, probabilities, labels=list(classes))),
        "accuracy": float(accuracy_score(truth, decided)),
    }


def _regression(truth: np.ndarray, predicted: np.ndarray, classes: tuple[str, ...]) -> dict[str, float]:
    return {
        "mean_absolute_error": float(mean_absolute_error(truth, predicted)),
        "root_mean_squared_error": float(root_mean_squared_error(truth, predicted)),
        "r2": float(r2_score(truth, predicted)),
    }
