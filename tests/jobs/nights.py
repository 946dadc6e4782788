"""Nights in this process: what `overnight run` does with a run, in the session that the tests share."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from jobs.open_run import open_run
from overnight.lake.uris import Lake
from overnight.publishing import history
from overnight.publishing.delta import DeltaLog
from overnight.publishing.table import LiveDate
from overnight.registry.models import Registry
from overnight.runs.process import execute, exit_code_after
from overnight.runs.run import Run
from overnight.stages import Stage

OF_THE_RUN = ("run_id", "scored_at")


@dataclass(frozen=True)
class Night:
    """A run as its last stage left it, and the exit code that a scheduler saw."""

    run: Run
    code: int


def night(pipeline: str, dates: Sequence[date], root: Path, registry: str, spark: SparkSession, *, force: bool = False) -> Night:
    """Open a run and execute its stages until one says stop."""
    run = open_run(pipeline, dates, Lake(str(root)), Registry(registry), force=force).run
    assert run is not None, "every date is current"
    return finish(run, spark)


def finish(run: Run, spark: SparkSession, *, stages: Sequence[Stage] = tuple(Stage)) -> Night:
    """Execute the stages of an open run until one says stop."""
    code = 0
    for stage in stages:
        run = execute(stage, run, spark)
        if code := exit_code_after(stage, run):
            break
    return Night(run, code)


def predictions_log(root: Path, pipeline: str) -> DeltaLog:
    """The log of a pipeline's predictions."""
    log = DeltaLog.open(Lake(str(root)).table(pipeline, "predictions"))
    assert log is not None
    return log


def live(root: Path, pipeline: str, day: date) -> LiveDate | None:
    """What readers of a date see."""
    return history.live(predictions_log(root, pipeline), day)


def rows_of(root: Path, pipeline: str, day: date, key: Sequence[str]) -> pa.Table:
    """The published rows of a date, in order of the key."""
    found = live(root, pipeline, day)
    assert found is not None, f"{day} is not published"
    tables = [pq.read_table(uri, partitioning=None) for uri in found.files]
    return pa.concat_tables(tables).sort_by([(name, "ascending") for name in key])


def same_for_any_run(rows: pa.Table) -> pa.Table:
    """Predictions without the columns that say which run wrote them, and when."""
    return rows.drop_columns(list(OF_THE_RUN))


def report(root: Path, pipeline: str, day: date) -> dict:
    """The data behind a date's page."""
    return json.loads((Path(Lake(str(root)).report(pipeline, day)) / "report.json").read_text())


def page(root: Path, pipeline: str, day: date) -> str:
    """A date's page."""
    return (Path(Lake(str(root)).report(pipeline, day)) / "index.html").read_text()
