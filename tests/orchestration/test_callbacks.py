"""The line that a failed task leaves in the log."""

from types import SimpleNamespace

import pytest
from airflow.sdk.exceptions import AirflowException
from structlog.testing import capture_logs

from overnight.errors import ExitCode, MissingInput
from overnight.orchestration.callbacks import ADVICE, log_failure

TASK = SimpleNamespace(dag_id="nightly_sample", task_id="validate")


def logged(**context):
    with capture_logs() as lines:
        log_failure({"ti": TASK, **context})
    return lines


def test_one_line_says_what_when_why_and_what_next():
    """A refused input is one line with task, date, exit code, meaning and next step."""
    failure = AirflowException("Cannot execute: spark-submit. Error code is: 65.")
    assert logged(partition_key="2013-07-04", exception=failure) == [
        {
            "log_level": "error",
            "event": "task failed",
            "dag": "nightly_sample",
            "task": "validate",
            "target_date": "2013-07-04",
            "exit_code": 65,
            "meaning": "the input was refused",
            "next_step": "Read the date's data-quality report; land better data; trigger the date anew.",
        }
    ]


def test_missing_input_says_to_land_it():
    """The sensor's own error is explained like an exit code."""
    [line] = logged(ds="2013-07-04", exception=MissingInput("x"))
    assert (line["exit_code"], line["target_date"], line["meaning"]) == (66, "2013-07-04", "input has not been landed")


@pytest.mark.parametrize("exception", [None, "a text", KeyError("x")])
def test_failures_without_a_code_still_leave_a_line(exception):
    """Without an exit code the line says so."""
    [line] = logged(exception=exception)
    assert (line["exit_code"], line["meaning"]) == (None, "no exit code is known")


def test_every_exit_code_is_explained():
    """No exit code of the project lacks a meaning and a next step."""
    assert set(ADVICE) == set(ExitCode)
