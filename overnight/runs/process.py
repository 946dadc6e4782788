"""Runs a stage as a process of its own or as part of one: timing, results, and the exit code a scheduler reads."""

import argparse
import importlib
import logging
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from overnight.errors import ExitCode, OvernightError
from overnight.lake import storage
from overnight.runs.reopen import reopen
from overnight.runs.result import StageResult
from overnight.runs.run import Run
from overnight.runs.session import spark_session
from overnight.stages import Stage

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

log = logging.getLogger("overnight")

QUIET = ("py4j", "great_expectations", "mlflow", "alembic", "botocore", "urllib3")


def log_to_stderr(level: int = logging.INFO) -> None:
    """One line per message on standard error, so that standard output carries results alone."""
    logging.basicConfig(stream=sys.stderr, level=level, format="%(asctime)s  %(message)s", datefmt="%H:%M:%S", force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def main(stage: Stage, arguments: list[str] | None = None) -> int:
    """The command line of a stage: `--run URI`. Returns the exit code."""
    parser = argparse.ArgumentParser(prog=f"jobs/{stage}.py", description=f"Execute the stage {stage} of a run.")
    parser.add_argument("--run", required=True, metavar="URI", help="the run.json that jobs.open_run wrote")
    uri = parser.parse_args(arguments).run

    def work() -> int:
        run = Run.load(uri)
        with spark_session(f"overnight {run.pipeline} {stage}") if stage.needs_spark else nullcontext() as spark:
            run = execute(stage, run, spark)
        return exit_code_after(stage, run)

    return guarded(work)


def guarded(work: Callable[[], int]) -> int:
    """Run something, and turn errors that people can act on into one message and an exit code."""
    log_to_stderr()
    try:
        return work()
    except OvernightError as error:
        log.error("%s: %s", type(error).__name__, error)
        return error.exit_code
    except Exception:
        traceback.print_exc()
        return ExitCode.CRASH


def execute(stage: Stage, run: Run, spark: "SparkSession | None") -> Run:
    """Execute one stage and record what it did. Returns the run, which is a new one if this one was published before."""
    run = _reopened_if_published(stage, run)
    started = time.monotonic()
    dates = run.live_dates(stage)
    log.info("%s %s: %s", stage, run.run_id, _span(dates))
    job = getattr(importlib.import_module(f"jobs.{stage}"), stage)
    result: StageResult = job(run, spark) if stage.needs_spark else job(run)
    result = replace(result, seconds=time.monotonic() - started)
    storage.write_json(run.lake.result(run.pipeline, run.run_id, stage), result.as_json())
    for day, stop in result.stopped.items():
        log.error("%s stops at %s: %s", day, stage, stop.reason)
    log.info("%s done in %.1f s", stage, result.seconds)
    return run


def exit_code_after(stage: Stage, run: Run) -> int:
    """0 while any date goes on; once none does, or at the end of the run, the code of the first date that stopped."""
    stops = run.stops()
    going_on = [day for day in run.dates if day not in stops]
    if not stops or (going_on and stage is not tuple(Stage)[-1]):
        return ExitCode.OK
    log.error("stopped: %s", ", ".join(map(str, stops)))
    return next(iter(stops.values())).code


def _reopened_if_published(stage: Stage, run: Run) -> Run:
    """A stage that is executed again after its run was published belongs to a new run: a run commits a date once."""
    if stage in (Stage.PUBLISH, Stage.REPORT_DRIFT) or run.result(Stage.PUBLISH) is None:
        return run
    again = reopen(run)
    log.info("run %s was published already; %s continues as run %s", run.run_id, stage, again.run_id)
    return again


def _span(dates: tuple[object, ...]) -> str:
    return f"{dates[0]}" if len(dates) == 1 else f"{len(dates)} dates"
