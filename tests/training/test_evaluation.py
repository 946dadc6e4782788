"""Metrics against numbers computed by hand."""

from math import log, sqrt

import numpy as np
import pytest

from overnight.spec import Task
from overnight.training.evaluation import calibration, evaluate, expected_calibration_error


def test_binary_metrics():
    """Of four pairs of (late, punctual) three are ranked right; losses are means over the four rows."""
    truth, probability = np.array([0, 0, 1, 1]), np.array([0.1, 0.6, 0.5, 0.8])
    found = evaluate(Task.BINARY, truth, probability, np.full(4, 0.5), ("0", "1"))
    assert found["roc_auc"] == 3 / 4
    assert found["brier_score"] == pytest.approx((0.1**2 + 0.6**2 + 0.5**2 + 0.2**2) / 4)
    assert found["log_loss"] == pytest.approx(-(log(0.9) + log(0.4) + log(0.5) + log(0.8)) / 4)
    # Four rows make four groups of one: |0.1 - 0|, |0.5 - 1|, |0.6 - 0|, |0.8 - 1|.
    assert found["calibration_error"] == pytest.approx((0.1 + 0.5 + 0.6 + 0.2) / 4)
    assert (found["baseline_roc_auc"], found["baseline_brier_score"]) == (0.5, 0.25)
    assert found["baseline_log_loss"] == pytest.approx(log(2))


def test_multiclass_metrics():
    """Log loss looks at the true class's probability, accuracy at the largest one."""
    truth = np.array(["a", "b", "c", "c"], dtype=object)
    probabilities = np.array([[0.5, 0.25, 0.25], [0.5, 0.25, 0.25], [0.125, 0.125, 0.75], [0.25, 0.25, 0.5]])
    baseline = np.tile([0.25, 0.25, 0.5], (4, 1))
    found = evaluate(Task.MULTICLASS, truth, probabilities, baseline, ("a", "b", "c"))
    assert found["accuracy"] == 3 / 4
    assert found["log_loss"] == pytest.approx(-(log(0.5) + log(0.25) + log(0.75) + log(0.5)) / 4)
    assert found["baseline_accuracy"] == 2 / 4
    assert found["baseline_log_loss"] == pytest.approx(-(2 * log(0.25) + 2 * log(0.5)) / 4)


def test_regression_metrics():
    """Errors of 1, 0, -1 and 2 around truths whose mean is 2.5."""
    truth, predicted = np.array([1.0, 2.0, 3.0, 4.0]), np.array([2.0, 2.0, 2.0, 6.0])
    found = evaluate(Task.REGRESSION, truth, predicted, np.full(4, 2.5), ())
    assert found["mean_absolute_error"] == 1
    assert found["root_mean_squared_error"] == pytest.approx(sqrt(6 / 4))
    assert found["r2"] == pytest.approx(1 - 6 / 5)
    assert (found["baseline_mean_absolute_error"], found["baseline_r2"]) == (1, 0)


def test_calibration_groups_by_decile():
    """Twenty rows make ten groups of two, from the lowest prediction to the highest."""
    probability = np.arange(20)[::-1] / 20
    truth = (probability >= 0.5).astype(int)
    rows = calibration(truth, probability)
    assert [count for _, _, count in rows] == [2] * 10
    assert [predicted for predicted, _, _ in rows] == pytest.approx([(4 * group + 1) / 40 for group in range(10)])
    assert [observed for _, observed, _ in rows] == [0] * 5 + [1] * 5


def test_calibration_error_weighs_groups_by_their_rows():
    """A quarter of the rows off by 0.4, the rest by 0.2: 0.25 in all."""
    assert expected_calibration_error(((0.5, 0.1, 10), (0.4, 0.6, 30))) == pytest.approx(0.25)


def test_rates_that_come_true_have_no_calibration_error():
    """Where predicted and observed rates agree in every group the error is zero."""
    assert expected_calibration_error(((0.25, 0.25, 7), (0.75, 0.75, 5))) == 0
