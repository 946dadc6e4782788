"""Does a pipeline know anything too early? A lake learns more at or after a cut-off, and no feature may notice.

The date is computed in a set with the two that follow it: alone, the partitions that would give it away are not
even read, and a leak between the dates of a set would stay hidden.
"""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyspark.sql import SparkSession

from overnight import catalog

from .computed import differing, features_of, of_date

LATER = (timedelta(0), timedelta(microseconds=1), timedelta(hours=5), timedelta(days=2))


def hindsight(spark: SparkSession, name: str, root: Path, day: date) -> set[str]:
    """The columns of a date that change when its lake learns more at or after the cut-off. Changes the lake."""
    dates = [day, day + timedelta(days=1), day + timedelta(days=2)]
    before = of_date(features_of(spark, name, root, dates), day)
    assert before.num_rows
    learn_more(name, root, day)
    return differing(before, of_date(features_of(spark, name, root, dates), day))


def learn_more(name: str, root: Path, day: date) -> None:
    """In every partition of every history source, replace what became known at or after the cut-off by other rows.

    The new rows are copies of all rows of the partition, with other values, known exactly at the cut-off, a
    microsecond later, hours later and days later.
    """
    pipeline = catalog.load(name)
    cut_off = pipeline.cut_off.instant(day)
    for source in pipeline.history:
        assert source.event_time is not None
        for folder in sorted((root / "raw" / source.name).iterdir()):
            rewrite(root, source.name, folder.name, lambda rows, event_time=source.event_time: _other(rows, event_time, cut_off))


def rewrite(root: Path, source: str, day: date | str, change: Callable[[pa.Table], pa.Table]) -> None:
    """Replace a partition by what `change` makes of it."""
    (path,) = (root / "raw" / source / str(day)).glob("*.parquet")
    rows = pq.read_table(path, partitioning=None)
    changed = change(rows)
    assert changed.schema.equals(rows.schema)
    path.unlink()  # it may be a link to a file that others read
    pq.write_table(changed, path)


def _other(rows: pa.Table, event_time: str, cut_off: datetime) -> pa.Table:
    known = rows.filter(pc.less(rows[event_time], pa.scalar(cut_off, rows.schema.field(event_time).type)))
    return pa.concat_tables([known, *(_falsified(rows, event_time, cut_off + delay) for delay in LATER)])


def _falsified(rows: pa.Table, event_time: str, instant: datetime) -> pa.Table:
    columns = {}
    for field in rows.schema:
        column = rows[field.name]
        if field.name == event_time:
            column = pa.array([instant] * rows.num_rows, field.type)
        elif pa.types.is_boolean(field.type):
            column = pc.invert(column)
        elif pa.types.is_floating(field.type) or (pa.types.is_integer(field.type) and field.name not in GROUPED_BY):
            column = pc.add(column, pa.scalar(1000, field.type))
        columns[field.name] = column
    return pa.table(columns, rows.schema)


# Numbers that features group by: with other values the rows would hide in groups of their own.
GROUPED_BY = ("flight", "sched_dep_time", "item")
