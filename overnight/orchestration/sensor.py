"""Waiting for a date's input without holding a worker: the guard on the target date, the sensor, its trigger."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from typing import Any

from airflow.sdk import BaseSensorOperator
from airflow.sdk.definitions.context import Context
from airflow.triggers.base import BaseTrigger, TriggerEvent

from overnight import catalog
from overnight.dates import parse_date
from overnight.errors import MissingInput, UsageError
from overnight.lake.uris import Lake
from overnight.settings import Settings
from overnight.spec import Pipeline, Source

POLL_SECONDS = 60.0
NAMED = 10


def guarded_date(text: str) -> date:
    """The target date of a DAG run.

    Raises:
        UsageError: the run was triggered without a partition key, or with one that is no date.
    """
    if not text:
        raise UsageError(
            "This DAG run has no partition key, so it names no target date. Trigger it with one such as 2013-07-04, "
            "or use `airflow backfill create` or `airflow dags test <dag> <date>`."
        )
    return parse_date(text)


def required_partitions(pipeline: Pipeline, target_date: date) -> Iterator[tuple[Source, date]]:
    """The partitions without which a date cannot be scored: its population, and each history's latest required days."""
    yield pipeline.population, target_date
    for source in pipeline.history:
        for day in islice(pipeline.history_dates(source, target_date), source.required_days):
            yield source, day


def missing_partitions(pipeline: Pipeline, lake: Lake, target_date: date) -> dict[str, str]:
    """The required partitions without a Parquet file, such as `schedules/2013-07-04`, each with its folder."""
    # The scheduler parses DAGs every few seconds and must not import pyarrow for it.
    from overnight.lake import storage

    folders = {f"{source.name}/{day}": lake.raw(source, day) for source, day in required_partitions(pipeline, target_date)}
    return {name: folder for name, folder in folders.items() if not storage.list_files(folder, suffix=".parquet")}


def input_deadline(pipeline: Pipeline, target_date: date) -> datetime:
    """Until when (UTC) a date's input may arrive; counted from the date's scheduled start, so history never waits."""
    start = pipeline.cut_off.midnight(target_date + timedelta(days=pipeline.schedule.run_after_days))
    return start + pipeline.schedule.input_deadline


class WaitForInput(BaseSensorOperator):
    """Succeed once a date's required partitions have been landed; defer until then, up to the pipeline's deadline.

    Raises:
        UsageError: the run's target date is none.
        MissingInput: the deadline has passed; the message names the missing partitions.
    """

    template_fields = ("target_date",)

    def __init__(self, *, pipeline: str, target_date: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pipeline = pipeline
        self.target_date = target_date

    def execute(self, context: Context) -> None:
        """Look once; defer only when something is missing and may still come."""
        day = guarded_date(self.target_date)
        pipeline = catalog.load(self.pipeline)
        lake = Lake(Settings.from_env().lake)
        missing = missing_partitions(pipeline, lake, day)
        deadline = input_deadline(pipeline, day)
        if missing and datetime.now(UTC) >= deadline:
            raise _too_late(pipeline, day, missing)
        if missing:
            self.log.info("Waiting until %s for %s.", deadline.isoformat(), ", ".join(missing))
            trigger = InputTrigger(self.pipeline, day.isoformat(), lake.root, deadline.isoformat())
            self.defer(trigger=trigger, method_name=self.resume.__name__)
        self.log.info("All input of %s %s is there.", self.pipeline, day)

    def resume(self, context: Context, event: Mapping[str, Any]) -> None:
        """Take up what the trigger found."""
        if event["missing"]:
            raise _too_late(catalog.load(self.pipeline), guarded_date(self.target_date), event["missing"])


class InputTrigger(BaseTrigger):
    """Look for a date's required partitions every `poll_seconds`; report those still missing at the deadline (UTC, ISO)."""

    def __init__(self, pipeline: str, target_date: str, lake: str, deadline: str, poll_seconds: float = POLL_SECONDS) -> None:
        super().__init__()
        self.pipeline = pipeline
        self.target_date = target_date
        self.lake = lake
        self.deadline = deadline
        self.poll_seconds = poll_seconds

    def serialize(self) -> tuple[str, dict[str, Any]]:
        """The class and what rebuilds it elsewhere."""
        names = ("pipeline", "target_date", "lake", "deadline", "poll_seconds")
        return f"{__name__}.{type(self).__name__}", {name: getattr(self, name) for name in names}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        """Yield one event, whose `missing` is empty when everything is there."""
        pipeline, day = catalog.load(self.pipeline), parse_date(self.target_date)
        deadline = datetime.fromisoformat(self.deadline)
        while True:
            missing = await asyncio.to_thread(missing_partitions, pipeline, Lake(self.lake), day)
            left = (deadline - datetime.now(UTC)).total_seconds()
            if not missing or left <= 0:
                yield TriggerEvent({"missing": missing})
                return
            await asyncio.sleep(min(self.poll_seconds, left))


def _too_late(pipeline: Pipeline, day: date, missing: Mapping[str, str]) -> MissingInput:
    named = [f"{name} ({folder})" for name, folder in islice(missing.items(), NAMED)]
    more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
    return MissingInput(
        f"{pipeline.name} {day}: no Parquet files in {len(missing)} required partition(s): {', '.join(named)}{more}. "
        f"They were due by {input_deadline(pipeline, day):%Y-%m-%d %H:%M} UTC. Land them and clear wait_for_input."
    )
