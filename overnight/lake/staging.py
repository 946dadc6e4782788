"""Files that a Spark job has just written into a fresh attempt folder, as the next stage needs to know them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from overnight.features.history import TARGET_DATE
from overnight.lake import storage
from overnight.runs.result import DataFile


@dataclass(frozen=True)
class Staged:
    """The files of one folder and the schema they share."""

    files: tuple[DataFile, ...]
    schema: pa.Schema


def staged_files(folder: str, day: date, *, hashed: bool = True) -> Staged:
    """The files that Spark committed to a folder nobody else writes to.

    A listing is exact here: Spark's committer moves the files of successful tasks into the folder when the job
    succeeds, and the folder's name was never used before.
    """
    found = []
    schema = None
    for file in storage.list_files(folder, suffix=".parquet"):
        system, path = storage.filesystem(file.uri)
        with pq.ParquetFile(path, filesystem=system) as parquet:
            schema = parquet.schema_arrow.remove_metadata()
            rows = parquet.metadata.num_rows
        if rows:
            found.append(DataFile(day, file.uri, rows, file.size, storage.sha256(file.uri) if hashed else ""))
    if schema is None:
        raise FileNotFoundError(f"Spark reported success but left no Parquet file in {folder}.")
    return Staged(tuple(found), schema)


def write_by_date(table: DataFrame, folder: str, dates: Sequence[date]) -> tuple[DataFile, ...]:
    """Write a table with one folder per target date below `folder`; files are balanced, not one per task and date."""
    by_date = table.withColumn("day", F.col(TARGET_DATE)).hint("rebalance", "day")
    by_date.write.partitionBy("day").parquet(storage.for_spark(folder))
    written = set(storage.list_folders(folder))
    return tuple(
        file
        for day in dates
        if f"day={day.isoformat()}" in written
        for file in staged_files(f"{folder}/day={day.isoformat()}", day, hashed=False).files
    )
