"""The gate: judges every partition a run will read, and decides which dates may go on."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date, timedelta
from statistics import median

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from overnight.errors import BadData
from overnight.features.history import PARTITION_DATE
from overnight.lake import sources
from overnight.lake.sources import Unreadable
from overnight.lake.storage import FileRef, Files, Partitions
from overnight.lake.uris import Lake
from overnight.spec import UNDATED, Pipeline, Source
from overnight.validation.batch import ANY_COUNT, Batch, batch_of
from overnight.validation.judge import broken_rules, judge
from overnight.validation.suites import Suite, suite_of
from overnight.validation.verdict import CRITICAL, WARNING, Check, PartitionVerdict

FEWEST_FOR_USUAL = 3


def judge_inputs(spark: SparkSession, lake: Lake, pipeline: Pipeline, files: Files) -> dict[str, dict[date, PartitionVerdict]]:
    """A verdict on every partition of every source that a run reads."""
    return {source.name: judge_source(spark, lake, pipeline, source, files[source.name]) for source in pipeline.sources}


def judge_source(
    spark: SparkSession, lake: Lake, pipeline: Pipeline, source: Source, partitions: Partitions
) -> dict[date, PartitionVerdict]:
    """A verdict on each partition; the verdict on one does not depend on which others are judged with it."""
    counts = _rows_before(lake, pipeline, source, partitions)
    verdicts: dict[date, PartitionVerdict] = {}
    readable: dict[date, Sequence[FileRef]] = {}
    for day, files in sorted(partitions.items()):
        try:
            counts[day] = sources.footer(files).rows if files else 0
        except Unreadable as damage:
            verdicts[day] = _unusable(source, day, str(damage))
            continue
        if counts[day]:
            readable[day] = files
        elif files and source == pipeline.population and pipeline.gate.allow_empty:
            verdicts[day] = PartitionVerdict(source=source.name, day=day, rows=0)
        else:
            what = "has no rows" if files else "is not there"
            verdicts[day] = _unusable(source, day, f"{_label(source, day)} {what}.")
    batches = {day: batch_of(pipeline, source.name, day, usual_rows(pipeline, day, counts)) for day in readable}
    return verdicts | _judge_readable(spark, pipeline, source, readable, batches)


def _rows_before(lake: Lake, pipeline: Pipeline, source: Source, partitions: Partitions) -> dict[date, int]:
    """Row counts of the partitions that volumes are compared with and that the run does not read itself."""
    if not source.dated:
        return {}
    span = pipeline.gate.usual_rows_days
    compared = {day - timedelta(days=distance) for day in partitions for distance in range(1, span + 1)}
    counts = {}
    for day in compared - set(partitions):
        files = sources.list_partition(lake, source, day)
        with suppress(Unreadable):
            counts[day] = sources.footer(files).rows if files else 0
    return counts


def _judge_readable(
    spark: SparkSession, pipeline: Pipeline, source: Source, partitions: Partitions, batches: Mapping[date, Batch]
) -> dict[date, PartitionVerdict]:
    """Judge all partitions in one pass; when a file turns out to be damaged inside, find it by halving."""
    if not partitions:
        return {}
    try:
        return _judge_together(spark, pipeline, source, partitions, batches)
    except BadData as damage:
        days = sorted(partitions)
        if len(days) == 1:
            return {days[0]: _unusable(source, days[0], str(damage))}
        halves = days[: len(days) // 2], days[len(days) // 2 :]
        parts = ({day: partitions[day] for day in half} for half in halves)
        return {
            day: verdict for part in parts for day, verdict in _judge_readable(spark, pipeline, source, part, batches).items()
        }


def _judge_together(
    spark: SparkSession, pipeline: Pipeline, source: Source, partitions: Partitions, batches: Mapping[date, Batch]
) -> dict[date, PartitionVerdict]:
    suite = suite_of(pipeline, source.name)
    verdicts = {}
    for alike in sources.alike(partitions):
        rows = sources.read_partitions(spark, source, alike)
        checks = judge(rows, suite, [batches[day] for day in alike])
        dirty = [day for day in alike if any(_quarantines(check) for check in checks[day])]
        quarantined = _count_broken(rows, suite, [batches[day] for day in dirty])
        for day in alike:
            total = sources.footer(alike[day]).rows
            verdicts[day] = _verdict(pipeline, source, day, total, quarantined.get(day, 0), checks[day])
    return verdicts


def _count_broken(rows: DataFrame, suite: Suite, batches: Sequence[Batch]) -> dict[date, int]:
    """Rows per date that break at least one row rule."""
    if not batches:
        return {}
    rules = broken_rules(rows, suite, batches)
    broken = rows.withColumn("__broken", F.greatest(F.lit(False), *rules.values()))
    of_dates = broken.where(F.col(PARTITION_DATE).isin([batch.day for batch in batches]))
    found = of_dates.where("__broken").groupBy(PARTITION_DATE).count().collect()
    return {row[0]: row[1] for row in found}


def _verdict(
    pipeline: Pipeline, source: Source, day: date, rows: int, quarantined: int, checks: tuple[Check, ...]
) -> PartitionVerdict:
    label = _label(source, day)
    problems = [
        f"{label}: {check.name} failed ({check.observed})."
        for check in checks
        if check.severity == CRITICAL and not check.success
    ]
    ceiling = pipeline.gate.max_quarantined
    if quarantined > ceiling * rows:
        problems.append(
            f"{label}: {quarantined} of {rows} rows break a row rule, more than the {ceiling:.0%} that may be quarantined."
        )
    return PartitionVerdict(
        source=source.name,
        day=day if source.dated else None,
        rows=rows,
        quarantined=quarantined,
        checks=checks,
        problems=tuple(problems),
    )


def decide(pipeline: Pipeline, day: date, verdicts: Mapping[str, Mapping[date, PartitionVerdict]]) -> tuple[list[str], list[str]]:
    """Why a target date must stop, and what it goes on without. Both empty for a clean date."""
    stops = list(verdicts[pipeline.population.name][day].problems)
    warnings: list[str] = []
    for source in pipeline.reference:
        stops += verdicts[source.name][UNDATED].problems
    for source in pipeline.history:
        for position, partition in enumerate(pipeline.history_dates(source, day)):
            problems = verdicts[source.name][partition].problems
            if position < source.required_days:
                stops += problems
            elif problems:
                warnings.append(f"{problems[0]} The look-back goes on without it.")
    return stops, warnings


def usual_rows(pipeline: Pipeline, day: date, counts: Mapping[date, int]) -> tuple[int, int]:
    """The lowest and highest row count that a partition may have, from the days before it; any while few are known."""
    days_before = (day - timedelta(days=distance) for distance in range(1, pipeline.gate.usual_rows_days + 1))
    before = [counts[earlier] for earlier in days_before if counts.get(earlier)]
    if len(before) < FEWEST_FOR_USUAL:
        return ANY_COUNT
    low, high = pipeline.gate.rows_within
    return int(low * median(before)), int(high * median(before) + 1)


def _quarantines(check: Check) -> bool:
    return check.is_row_rule and bool(check.unexpected) and check.severity == WARNING


def _unusable(source: Source, day: date, problem: str) -> PartitionVerdict:
    return PartitionVerdict(source=source.name, day=day if source.dated else None, rows=0, problems=(problem,))


def _label(source: Source, day: date) -> str:
    return f"{source.name}/{day}" if source.dated else source.name
