"""Features of a lake's dates, computed as a stage would, and compared to the bit."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from pyspark.sql import SparkSession

from overnight import catalog
from overnight.features.build import build
from overnight.features.history import TARGET_DATE
from overnight.features.inputs import FeatureInputs
from overnight.lake import sources
from overnight.lake.storage import Files
from overnight.lake.uris import Lake
from overnight.validation.verdict import PartitionVerdict

JUNE_DAYS = [date(2013, 6, 18), date(2013, 6, 19), date(2013, 6, 20)]


def trusting(files: Files) -> dict[str, dict[date, PartitionVerdict]]:
    """Verdicts that find nothing wrong."""
    return {
        source: {day: PartitionVerdict(source=source, day=day, rows=1) for day in partitions}
        for source, partitions in files.items()
    }


def inputs_of(spark: SparkSession, name: str, root: Path, dates: Sequence[date]) -> FeatureInputs:
    """What the feature pipeline is given for a set of dates when the gate finds nothing."""
    pipeline = catalog.load(name)
    files = sources.list_inputs(Lake(str(root)), pipeline, dates)
    return sources.feature_inputs(spark, pipeline, dates, files, trusting(files))


def features_of(spark: SparkSession, name: str, root: Path, dates: Sequence[date]) -> pa.Table:
    """The features of a set of dates, in order of date and key."""
    pipeline = catalog.load(name)
    table = build(pipeline, inputs_of(spark, name, root, dates)).toArrow()
    return table.sort_by([(column, "ascending") for column in (TARGET_DATE, *pipeline.key)])


def of_date(table: pa.Table, day: date) -> pa.Table:
    """The rows of one target date."""
    return table.filter(pc.equal(table[TARGET_DATE], pa.scalar(day)))


def differing(one: pa.Table, other: pa.Table) -> set[str]:
    """The columns in which two tables of equal order differ, doubles by their bits; all of them when lengths differ."""
    assert one.schema.equals(other.schema)
    if one.num_rows != other.num_rows:
        return set(one.column_names)
    return {name for name in one.column_names if not _bits(one[name]).equals(_bits(other[name]))}


def _bits(column: pa.ChunkedArray) -> pa.Array:
    whole = column.combine_chunks()
    return whole.view(pa.int64()) if pa.types.is_float64(whole.type) else whole
