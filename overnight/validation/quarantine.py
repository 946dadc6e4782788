"""The quarantine: rows that broke a row rule, kept with the rules' names, out of everyone's sight."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from overnight.features.history import PARTITION_DATE, TARGET_DATE
from overnight.lake import sources
from overnight.lake.staging import staged_files
from overnight.lake.storage import FileRef, for_spark
from overnight.publishing.append import replace_run_rows
from overnight.runs.run import Run
from overnight.spec import UNDATED, Pipeline, Source
from overnight.validation.batch import ANY_COUNT, batch_of
from overnight.validation.judge import broken_rules
from overnight.validation.suites import suite_of
from overnight.validation.verdict import Verdicts

# How many rows broke each (source, rule).
Reasons = Mapping[tuple[str, str], int]


def quarantine(spark: SparkSession, run: Run, pipeline: Pipeline, attempt: str, day: date, verdicts: Verdicts) -> Reasons:
    """Write the quarantined rows of a target date's own partitions, and count them by rule.

    Rows of older look-back partitions were recorded by the nights that first met them.
    """
    dirty = [
        (source, partition)
        for source, partition in _own_partitions(pipeline, day)
        if verdicts[source.name][partition].quarantined
    ]
    if not dirty:
        return {}
    whole, *others = [_broken_rows(spark, run, pipeline, source, partition) for source, partition in dirty]
    for other in others:
        whole = whole.unionByName(other)
    rows = whole.select(
        F.lit(day).alias(TARGET_DATE), F.lit(run.run_id).alias("run_id"), "source", PARTITION_DATE, "rules", "row"
    ).cache()
    table = run.lake.table(run.pipeline, "quarantine")
    folder = f"{run.lake.table_attempt(run.pipeline, 'quarantine', run.run_id, attempt)}/{day.isoformat()}"
    rows.write.parquet(for_spark(folder))
    files = staged_files(folder, day)
    replace_run_rows(table, day, run.run_id, files.files, files.schema)
    counted = rows.select("source", F.explode("rules").alias("rule")).groupBy("source", "rule").count().collect()
    rows.unpersist()
    return Counter({(row["source"], row["rule"]): row["count"] for row in counted})


def _own_partitions(pipeline: Pipeline, day: date) -> Iterator[tuple[Source, date]]:
    yield pipeline.population, day
    for source in pipeline.history:
        yield from ((source, each) for each in list(pipeline.history_dates(source, day))[: source.required_days])
    yield from ((source, UNDATED) for source in pipeline.reference)


def _broken_rows(spark: SparkSession, run: Run, pipeline: Pipeline, source: Source, partition: date) -> DataFrame:
    """`source, partition_date, rules, row`: the rows of a partition that break a rule, as JSON, with the rules' names."""
    files: tuple[FileRef, ...] = run.inputs[source.name][partition]
    rows = sources.read_partitions(spark, source, {partition: files})
    rules = broken_rules(rows, suite_of(pipeline, source.name), [batch_of(pipeline, source.name, partition, ANY_COUNT)])
    names = F.array_compact(F.array(*(F.when(condition, F.lit(name)) for name, condition in rules.items())))
    return (
        rows.withColumn("rules", names)
        .where(F.size("rules") > 0)
        .select(F.lit(source.name).alias("source"), PARTITION_DATE, "rules", F.to_json(F.struct(*rows.columns)).alias("row"))
    )
