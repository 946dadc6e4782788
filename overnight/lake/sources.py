"""What a run may read: the files it fixed, only partitions that passed the gate, only rows that broke no rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from overnight.features.history import KNOWN_FROM, PARTITION_DATE, TARGET_DATE, History, days_behind, known_from
from overnight.features.inputs import FeatureInputs
from overnight.lake import storage
from overnight.lake.storage import FileRef, Files, Partitions
from overnight.lake.uris import Lake
from overnight.spec import UNDATED, Pipeline, Source
from overnight.validation.batch import ANY_COUNT, batch_of
from overnight.validation.verdict import PartitionVerdict, Verdicts

FILE_DATE = r"/(\d{4}-\d{2}-\d{2})/[^/]+$"


class Unreadable(Exception):
    """A file that is no readable Parquet file, by name."""


@dataclass(frozen=True)
class Footer:
    """What a Parquet partition says about itself without its rows being read."""

    rows: int
    schema: pa.Schema


def list_inputs(lake: Lake, pipeline: Pipeline, target_dates: Iterable[date]) -> Files:
    """The files behind a set of target dates, by source and partition; a partition that is not there has none."""
    days = list(target_dates)
    return {
        source.name: {day: list_partition(lake, source, day) for day in pipeline.partitions(source, days)}
        for source in pipeline.sources
    }


def list_partition(lake: Lake, source: Source, day: date) -> tuple[FileRef, ...]:
    """The Parquet files of one partition."""
    return tuple(storage.list_files(lake.raw(source, day), suffix=".parquet"))


def footer(files: Sequence[FileRef]) -> Footer:
    """Row count and schema of a partition, from its files' footers.

    Raises:
        Unreadable: a file is truncated or damaged, or the files of the partition disagree about their columns.
    """
    found = [_read_footer(file) for file in files]
    for file, other in zip(files, found, strict=True):
        if not other.schema.equals(found[0].schema):
            raise Unreadable(f"{file.uri} has other columns or types than {files[0].uri}.")
    return Footer(sum(each.rows for each in found), found[0].schema)


@lru_cache(maxsize=100_000)
def _read_footer(file: FileRef) -> Footer:
    system, path = storage.filesystem(file.uri)
    try:
        with pq.ParquetFile(path, filesystem=system) as parquet:
            return Footer(parquet.metadata.num_rows, parquet.schema_arrow.remove_metadata())
    except (pa.ArrowInvalid, OSError) as error:
        raise Unreadable(f"{file.uri} cannot be read as Parquet: {str(error).splitlines()[0]}") from error


def alike(partitions: Partitions) -> list[Partitions]:
    """The partitions that have files, grouped by schema."""
    groups: dict[str, dict[date, Sequence[FileRef]]] = {}
    for day, files in partitions.items():
        if files:
            groups.setdefault(footer(files).schema.to_string(), {})[day] = files
    return list(groups.values())


def read_partitions(spark: SparkSession, source: Source, partitions: Partitions) -> DataFrame:
    """The rows of partitions that share one schema, with their `partition_date`.

    The date comes from the folder's name, so raw files need not repeat it.
    """
    rows = read_files(spark, [file.uri for files in partitions.values() for file in files])
    day = F.to_date(F.regexp_extract("_metadata.file_path", FILE_DATE, 1)) if source.dated else F.lit(UNDATED)
    return rows.withColumn(PARTITION_DATE, day)


def read_files(spark: SparkSession, uris: Sequence[str]) -> DataFrame:
    """The rows of Parquet files that share one schema."""
    paths = [storage.for_spark(uri) for uri in uris]
    schema = spark.read.parquet(paths[0]).schema
    return spark.read.schema(schema).parquet(*paths)


def feature_inputs(
    spark: SparkSession, pipeline: Pipeline, target_dates: Sequence[date], files: Files, verdicts: Verdicts
) -> FeatureInputs:
    """Everything the feature pipeline may see for a set of target dates, and nothing else."""
    dates = spark.createDataFrame([(day,) for day in target_dates], f"{TARGET_DATE} date")
    valid = {
        source.name: validated(spark, pipeline, source, files[source.name], verdicts[source.name]) for source in pipeline.sources
    }
    behind = days_behind(pipeline.cut_off)
    return FeatureInputs(
        population=valid[pipeline.population.name].withColumnRenamed(PARTITION_DATE, TARGET_DATE),
        histories={
            source.name: History(
                source, valid[source.name].withColumn(KNOWN_FROM, known_from(pipeline.cut_off, source.event_time)), dates, behind
            )
            for source in pipeline.history
        },
        references={source.name: valid[source.name].drop(PARTITION_DATE) for source in pipeline.reference},
    )


def validated(
    spark: SparkSession, pipeline: Pipeline, source: Source, partitions: Partitions, verdicts: Mapping[date, PartitionVerdict]
) -> DataFrame:
    """The rows of usable partitions that broke no row rule."""
    usable = {day: files for day, files in partitions.items() if verdicts[day].usable}
    frames = [_without_broken_rows(spark, pipeline, source, group, verdicts) for group in alike(usable)]
    if not frames:
        return _no_rows(spark, source, partitions)
    whole, *others = frames
    for other in others:
        whole = whole.unionByName(other, allowMissingColumns=True)
    return whole


def _without_broken_rows(
    spark: SparkSession, pipeline: Pipeline, source: Source, partitions: Partitions, verdicts: Mapping[date, PartitionVerdict]
) -> DataFrame:
    rows = read_partitions(spark, source, partitions)
    if not any(verdicts[day].quarantined for day in partitions):
        return rows
    # Importing Great Expectations takes seconds, which nights without a broken row need not spend.
    from overnight.validation.judge import broken_rules
    from overnight.validation.suites import suite_of

    batches = [batch_of(pipeline, source.name, day, ANY_COUNT) for day in partitions]
    rules = broken_rules(rows, suite_of(pipeline, source.name), batches)
    broken = F.greatest(F.lit(False), F.lit(False), *rules.values())
    return rows.withColumn("__broken", broken).where(~F.col("__broken")).drop("__broken")


def _no_rows(spark: SparkSession, source: Source, partitions: Partitions) -> DataFrame:
    """No rows, with the columns of the latest partition that has a readable footer."""
    for day, files in sorted(partitions.items(), reverse=True):
        try:
            if files and footer(files):
                return read_partitions(spark, source, {day: files}).where(F.lit(False))
        except Unreadable:
            continue
    raise Unreadable(f"No partition of {source.name} can be read; looked at {sorted(map(str, partitions))}.")
