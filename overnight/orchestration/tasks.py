"""How a stage becomes a task: spark-submit for those that move rows, plain Python for the others."""

import os
import sys
from datetime import timedelta
from typing import Any

from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.providers.standard.operators.bash import BashOperator
from airflow.sdk import Asset

from overnight.errors import ConfigurationError, ExitCode
from overnight.orchestration.callbacks import log_failure
from overnight.orchestration.pools import NIGHTLY
from overnight.orchestration.retry import ExitCodePolicy
from overnight.settings import ROOT
from overnight.stages import Stage

# A partition key names the date. Only `airflow dags test <dag> <date>` has none; its logical date is the midnight that was
# typed. Any other logical date is the moment of a click, which says nothing about what to score.
TARGET_DATE = "{{ partition_key or (ds if ts is defined and ts.endswith('T00:00:00+00:00') else '') }}"

# Values reach the shell in variables, never in the command's text, so that no value can become a command.
# Standard error goes straight to the log; standard output, whose last line is the URI, is printed when the job has ended.
OPEN_RUN = (
    'uri="$("$PYTHON" -m jobs.open_run --pipeline "$PIPELINE" --date "$TARGET_DATE" ${FORCE:+--force})"'
    ' && printf "%s\\n" "$uri" | tail -n 1'
)
TRAIN = 'exec "$PYTHON" -m jobs.train --pipeline "$PIPELINE"'

# A stray package of the same name beats the project's own unless the root comes first and the script's folder is left out.
IMPORTS = {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1"}
# A task's standard input is a socket, and bash then reads ~/.bashrc, which may put another python first on PATH.
PYTHON = os.environ.get("PYSPARK_PYTHON", sys.executable)
SPARK_CONF = {
    "spark.log.level": "WARN",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    **{f"spark.executorEnv.{name}": value for name, value in IMPORTS.items()},
}

DEFAULT_ARGS: dict[str, Any] = {
    "pool": NIGHTLY,
    "retries": 3,
    "retry_policy": ExitCodePolicy(),
    "on_failure_callback": log_failure,
}
TIMEOUT = timedelta(hours=6)


def open_run(pipeline: str) -> BashOperator:
    """The task that opens a run and returns the URI of its `run.json`; nothing to do means everything after it is skipped."""
    return BashOperator(
        task_id="open_run",
        bash_command=OPEN_RUN,
        env={
            **IMPORTS,
            "PYTHON": PYTHON,
            "PIPELINE": pipeline,
            "TARGET_DATE": TARGET_DATE,
            "FORCE": "{{ 'yes' if params.force else '' }}",
        },
        append_env=True,
        skip_on_exit_code=int(ExitCode.NOTHING_TO_DO),
        output_processor=manifest_uri,
        execution_timeout=TIMEOUT,
    )


def manifest_uri(line: str) -> str:
    """The URI that `open_run` printed.

    Raises:
        ConfigurationError: its last line is something else.
    """
    if not line.endswith("/run.json"):
        raise ConfigurationError(f"open_run ended with {line[:200]!r} instead of the URI of a run.json. Read its log above.")
    return line


def stage(step: Stage, pipeline: str, run: Any) -> SparkSubmitOperator | BashOperator:
    """The task of a stage; `run` is the output of `open_run`."""
    if step.needs_spark:
        return _spark(step, pipeline, run)
    outlets = [predictions(pipeline)] if step is Stage.PUBLISH else []
    return _python(f'exec "$PYTHON" -m jobs.{step} --run "$RUN"', step, {"RUN": run}, outlets)


def train(pipeline: str) -> BashOperator:
    """The task that fits, evaluates and registers a model."""
    return _python(TRAIN, "train", {"PIPELINE": pipeline}, [])


def predictions(pipeline: str) -> Asset:
    """What a nightly run updates; other DAGs can be scheduled on it."""
    return Asset(name=f"{pipeline}/predictions", uri=f"overnight://{pipeline}/predictions")


def _spark(step: Stage, pipeline: str, run: Any) -> SparkSubmitOperator:
    return SparkSubmitOperator(
        task_id=step.value,
        conn_id="spark_default",
        application=str(ROOT / "jobs" / f"{step}.py"),
        application_args=["--run", run],
        name=f"{pipeline}.{step}",
        conf=SPARK_CONF,
        env_vars={**IMPORTS, "PYSPARK_PYTHON": PYTHON},
        execution_timeout=TIMEOUT,
    )


def _python(command: str, task_id: str, env: dict[str, Any], outlets: list[Asset]) -> BashOperator:
    return BashOperator(
        task_id=str(task_id),
        bash_command=command,
        env={**IMPORTS, "PYTHON": PYTHON, **env},
        append_env=True,
        outlets=outlets,
        skip_on_exit_code=None,
        do_xcom_push=False,
        execution_timeout=TIMEOUT,
    )
