"""Partitions that a test may break: copies of real flights, and files rewritten or damaged on purpose."""

import shutil
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from overnight import catalog
from overnight.lake import sources
from overnight.lake.uris import Lake
from overnight.validation.gate import judge_source
from overnight.validation.verdict import PartitionVerdict


def days_from(first: date, count: int) -> list[date]:
    """So many days, one after the other."""
    return [first + timedelta(days=distance) for distance in range(count)]


def copy_of(raw: Path, root: Path, source: str, days: Sequence[date]) -> Path:
    """A lake with copies of some partitions of one source."""
    for day in days:
        shutil.copytree(raw / "raw" / source / str(day), root / "raw" / source / str(day))
    return root


def file_of(root: Path, source: str, day: date) -> Path:
    """The one file of a partition."""
    (path,) = (root / "raw" / source / str(day)).glob("*.parquet")
    return path


def change(root: Path, source: str, day: date, changed: Callable[[pa.Table], pa.Table]) -> None:
    """Land a partition again as `changed` makes it."""
    path = file_of(root, source, day)
    pq.write_table(changed(pq.read_table(path, partitioning=None)), path)


def with_values(rows: pa.Table, column: str, values: dict[int, object]) -> pa.Table:
    """The rows with other values of one column at some positions."""
    found = rows[column].to_pylist()
    for position, value in values.items():
        found[position] = value
    field = rows.schema.field(column)
    return rows.set_column(rows.schema.get_field_index(column), field, pa.array(found, field.type))


def flip_bits(path: Path, column: str) -> None:
    """Invert every byte of a column's data pages; the footer stays as it was."""
    with pq.ParquetFile(path) as parquet:
        group = parquet.metadata.row_group(0)
        found = next(group.column(i) for i in range(group.num_columns) if group.column(i).path_in_schema == column)
    first = found.dictionary_page_offset or found.data_page_offset
    content = bytearray(path.read_bytes())
    pages = slice(first, first + found.total_compressed_size)
    content[pages] = bytes(byte ^ 0xFF for byte in content[pages])
    path.write_bytes(bytes(content))


def verdicts_on(spark: SparkSession, root: Path, name: str, source: str, days: Sequence[date]) -> dict[date, PartitionVerdict]:
    """The gate's verdicts on some partitions of one source, judged together."""
    lake, pipeline = Lake(str(root)), catalog.load(name)
    found = pipeline.source(source)
    return judge_source(spark, lake, pipeline, found, {day: sources.list_partition(lake, found, day) for day in days})
