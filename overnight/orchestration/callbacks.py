"""What people read first when a task has failed: one line with what, which date, why, and what to do."""

import structlog
from airflow.sdk.definitions.context import Context

from overnight.errors import ExitCode
from overnight.orchestration.retry import exit_code

log = structlog.get_logger("overnight.orchestration")

# Per exit code: what it means, and what to do next.
ADVICE: dict[int, tuple[str, str]] = {
    ExitCode.OK: ("the process succeeded, Airflow did not", "Read the error in the task's log; clear the task."),
    ExitCode.CRASH: ("the job crashed", "Read the traceback in the task's log; clear the task when the cause is gone."),
    ExitCode.USAGE: ("the call is wrong", "Correct the partition key or the spec; trigger the date anew."),
    ExitCode.BAD_DATA: ("the input was refused", "Read the date's data-quality report; land better data; trigger the date anew."),
    ExitCode.MISSING_INPUT: ("input has not been landed", "Land the partitions named in the task's log; clear wait_for_input."),
    ExitCode.BAD_OUTPUT: ("the scores were refused", "Readers keep the old version. Read the audit in the log; check the model."),
    ExitCode.SUPERSEDED: ("a newer run claimed the date", "Nothing, when that run succeeds; look at it first."),
    ExitCode.STORE_BUSY: ("the table's log kept moving", "Clear the task when other runs have finished."),
    ExitCode.CONFIGURATION: ("the environment or the model cannot be used", "Run `overnight doctor`; correct what it names."),
    ExitCode.NOTHING_TO_DO: ("every date is current", "Nothing; trigger with force to score the date again."),
}
UNKNOWN = ("no exit code is known", "Read the error in the task's log; clear the task when the cause is gone.")


def log_failure(context: Context) -> None:
    """Airflow's failure callback: log one structured line about a task that will not be tried again."""
    exception = context.get("exception")
    code = exit_code(exception if isinstance(exception, BaseException) else None)
    meaning, next_step = UNKNOWN if code is None else ADVICE.get(code, ADVICE[ExitCode.CRASH])
    task = context["ti"]
    log.error(
        "task failed",
        dag=task.dag_id,
        task=task.task_id,
        target_date=context.get("partition_key") or context.get("ds"),
        exit_code=code,
        meaning=meaning,
        next_step=next_step,
    )
