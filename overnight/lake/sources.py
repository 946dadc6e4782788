"""What a run may read: the files it fixed, only partitions that passed the gate, only rows that broke no rule."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F

from overnight.features.history import PARTITION_DATE
from overnight.lake import storage
from overnight.lake.storage import FileRef

FILE_DATE = r"/(\d{4}-\d{2}-\d{2})/[^/]+$"


@dataclass(frozen=True)
class Footer:
    """What a Parquet partition says about itself without its rows being read."""

    rows: int
    schema: pa.Schema


class Unreadable(Exception):
    """A file that is no readable Parquet file, by name."""


def footer(files: Sequence[FileRef]) -> Footer:
    """Row count and schema of a partition, from its files' footers.

    Raises:
        Unreadable: a file is truncated or damaged, or the files of the partition disagree about their columns.
    """
    found = [_read_footer(file.uri) for file in files]
    first = found[0].schema.remove_metadata()
    for file, other in zip(files, found, strict=True):
        if not other.schema.remove_metadata().equals(first):
            raise Unreadable(f"{file.uri} has other columns or types than {files[0].uri}.")
    return Footer(sum(each.rows for each in found), first)


def _read_footer(uri: str) -> Footer:
    system, path = storage.filesystem(uri)
    try:
        with pq.ParquetFile(path, filesystem=system) as file:
            return Footer(file.metadata.num_rows, file.schema_arrow)
    except (pa.ArrowInvalid, OSError) as error:
        raise Unreadable(f"{uri} cannot be read as Parquet: {str(error).splitlines()[0]}") from error


def read_dated(spark: SparkSession, partitions: Mapping[date, Sequence[FileRef]]) -> list[DataFrame]:
    """The rows of daily partitions with their `partition_date`: one frame per distinct schema.

    The date comes from the folder's name, so raw files need not repeat it.
    """
    alike: dict[str, list[str]] = {}
    for files in partitions.values():
        if files:
            alike.setdefault(footer(files).schema.to_string(), []).extend(file.uri for file in files)
    day = F.to_date(F.regexp_extract("_metadata.file_path", FILE_DATE, 1))
    return [read_files(spark, uris).withColumn(PARTITION_DATE, day) for uris in alike.values()]


def read_files(spark: SparkSession, uris: Iterable[str]) -> DataFrame:
    """The rows of Parquet files that share one schema."""
    paths = [storage.for_spark(uri) for uri in uris]
    schema = spark.read.parquet(paths[0]).schema
    return spark.read.schema(schema).parquet(*paths)


def union(frames: Sequence[DataFrame], **options: Any) -> DataFrame:
    """All rows of frames whose columns may differ; a column that a frame lacks is null in its rows."""
    whole, *others = frames
    for other in others:
        whole = whole.unionByName(other, allowMissingColumns=True)
    return whole
