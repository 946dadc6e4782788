"""When a failed task is tried again."""

from datetime import timedelta

import pytest
from airflow.sdk.definitions.retry_policy import RetryAction
from airflow.sdk.exceptions import AirflowException
from hypothesis import given
from hypothesis import strategies as st

from overnight.errors import BadData, ConfigurationError, ExitCode, StoreBusy
from overnight.orchestration.retry import ExitCodePolicy, exit_code

POLICY = ExitCodePolicy(first_delay=timedelta(seconds=10), factor=2, max_delay=timedelta(seconds=60))


def spark_failure(code: int, output: str = "") -> AirflowException:
    """What SparkSubmitHook raises."""
    tail = f"\nLast spark-submit output:\n{output}" if output else ""
    return AirflowException(f"Cannot execute: spark-submit --master local[*] jobs/score.py --run x. Error code is: {code}.{tail}")


def bash_failure(code: int) -> AirflowException:
    """What BashOperator raises."""
    return AirflowException(f"Bash command failed. The command returned a non-zero exit code {code}.")


@pytest.mark.parametrize("failure", [spark_failure, bash_failure])
@pytest.mark.parametrize(
    ("code", "action"),
    [
        (1, RetryAction.RETRY),
        (64, RetryAction.FAIL),
        (65, RetryAction.FAIL),
        (66, RetryAction.FAIL),
        (70, RetryAction.FAIL),
        (73, RetryAction.FAIL),
        (75, RetryAction.RETRY),
        (78, RetryAction.FAIL),
        (137, RetryAction.RETRY),
        (-9, RetryAction.RETRY),
    ],
)
def test_exit_codes(failure, code, action):
    """Bad data, usage, output and configuration fail at once; crashes, kills and busy stores are tried again."""
    assert exit_code(failure(code)) == code
    assert POLICY.evaluate(failure(code), try_number=1, max_tries=3).action is action


def test_messages_of_the_operators_are_still_worded_like_this(tmp_path, monkeypatch):
    """The wording that the policy reads is what BashOperator and SparkSubmitHook of the installed versions raise."""
    from airflow.providers.apache.spark.hooks.spark_submit import SparkSubmitHook
    from airflow.providers.standard.operators.bash import BashOperator

    with pytest.raises(AirflowException) as bash:
        BashOperator(task_id="x", bash_command="exit 65").execute({})
    submit = tmp_path / "spark-submit"
    submit.write_text("#!/bin/sh\necho 'Error code is: 1.'\nexit 65\n")
    submit.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    monkeypatch.setenv("AIRFLOW_CONN_SPARK_DEFAULT", '{"conn_type": "spark", "host": "local[1]"}')
    hook = SparkSubmitHook(conn_id="spark_default")
    with pytest.raises(AirflowException) as spark:
        hook.submit("jobs/score.py")
    hook._submit_sp.stdout.close()  # The hook leaves its pipe to the garbage collector, which warns.
    assert [exit_code(bash.value), exit_code(spark.value)] == [65, 65]


def test_output_of_the_job_decides_nothing():
    """A job that prints an exit code does not change how its failure is read."""
    assert exit_code(spark_failure(1, "Error code is: 65. non-zero exit code 64")) == 1


def test_kubernetes_reports_the_drivers_code_last():
    """On Kubernetes spark-submit itself may succeed; the driver's exit code counts."""
    assert exit_code(AirflowException("Cannot execute: x. Error code is: 0. Kubernetes spark exit code is: 65")) == 65


def test_own_errors_carry_their_code():
    """An error raised inside Airflow's process is judged like the exit code it stands for."""
    assert POLICY.evaluate(BadData("no"), 1, 3).action is RetryAction.FAIL
    assert POLICY.evaluate(ConfigurationError("no"), 1, 3).action is RetryAction.FAIL
    assert POLICY.evaluate(StoreBusy("no"), 1, 3).action is RetryAction.RETRY


def test_unknown_failures_are_retried():
    """A failure without an exit code, such as a lost connection, is tried again."""
    assert exit_code(ConnectionError("reset")) is None
    assert POLICY.evaluate(ConnectionError("reset"), 1, 3).action is RetryAction.RETRY


def test_delays_double_up_to_the_cap():
    """Delays are 10, 20, 40, 60, 60 s for a first delay of 10 s and a cap of 60 s."""
    assert [POLICY.delay(number).total_seconds() for number in range(1, 6)] == [10, 20, 40, 60, 60]


@given(st.integers(1, 10_000))
def test_delays_never_shrink_and_stay_below_the_cap(number):
    """A later try waits at least as long as an earlier one, and never longer than the cap."""
    policy = ExitCodePolicy()
    assert policy.delay(number) <= policy.delay(number + 1) <= policy.max_delay


def test_reason_names_the_code():
    """The log says which code made a retry pointless."""
    assert (
        POLICY.evaluate(bash_failure(65), 1, 3).reason
        == f"Exit code 65 ({ExitCode.BAD_DATA.name}): another try would end the same way."
    )


def test_serialization_round_trip():
    """A policy survives its JSON form."""
    assert ExitCodePolicy.deserialize(POLICY.serialize()) == POLICY
