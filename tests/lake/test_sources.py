"""What a run may read: fixed files, usable partitions, rows that broke no rule, and nothing else."""

import os
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from overnight import catalog
from overnight.errors import UsageError
from overnight.features.history import PARTITION_DATE, TARGET_DATE
from overnight.lake import sources
from overnight.lake.sources import Unreadable
from overnight.lake.uris import Lake
from overnight.validation.gate import judge_inputs
from overnight.validation.verdict import PartitionVerdict
from tests.house import generate

DAY = date(2024, 2, 29)
BEFORE = date(2024, 2, 28)
SALES = 60  # rows of every partition of the house's sales


def damage(path: Path) -> None:
    """Leave the first half of a file."""
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A lake with the raw data of `demand` and `tickets`."""
    generate.land(tmp_path)
    return tmp_path


def inputs(spark, name: str, root: Path, days: list[date]):
    """What features are given after the gate has judged what is there."""
    pipeline, lake = catalog.load(name), Lake(str(root))
    files = sources.list_inputs(lake, pipeline, days)
    return sources.feature_inputs(spark, pipeline, days, files, judge_inputs(spark, lake, pipeline, files))


@pytest.mark.spark
def test_broken_rows_are_seen_by_nobody(root: Path, spark):
    """Three rows with an item below one, and two sales below zero, are in neither the population nor the history."""
    rows = generate.assortment(DAY)
    generate.write(root, "assortment", DAY, [*({**row, "item": -row["item"]} for row in rows[:3]), *rows[3:]])
    sold = generate.sales(BEFORE)
    generate.write(root, "sales", BEFORE, [*({**row, "units": -1} for row in sold[:2]), *sold[2:]])
    found = inputs(spark, "demand", root, [DAY])
    keys = {(row["store"], row["item"]) for row in found.population.collect()}
    assert keys == {(row["store"], row["item"]) for row in rows[3:]}
    history = found.history("sales").rows
    assert (history.count(), history.where("units < 0").count()) == (SALES - 2, 0)
    assert set(found.population.columns) == {"store", "item", "promoted", TARGET_DATE}


@pytest.mark.spark
def test_a_null_breaks_no_rule_about_values(root: Path, spark):
    """Rules say nothing about rows without a value, so those stay even where others of the partition are dropped."""
    sold = generate.sales(BEFORE)
    changed = [{**sold[0], "units": None}, {**sold[1], "units": -1}, *sold[2:]]
    generate.write(root, "sales", BEFORE, changed)
    rows = inputs(spark, "demand", root, [DAY]).history("sales").rows
    assert (rows.count(), rows.where("units is null").count()) == (SALES - 1, 1)


@pytest.mark.spark
def test_rows_of_unusable_partitions_are_never_handed_out(root: Path, spark):
    """A partition that failed the gate gives no row, in whichever role; those beside it give all of theirs."""
    damage(generate.write(root, "routed", DAY - timedelta(days=2), generate.routed(DAY - timedelta(days=2))))
    doubled = generate.tickets(DAY)
    generate.write(root, "tickets", DAY, [*doubled, doubled[0]])
    found = inputs(spark, "tickets", root, [DAY, DAY + timedelta(days=1)])
    assert {row[0]: row[1] for row in found.population.groupBy(TARGET_DATE).count().collect()} == {
        DAY + timedelta(days=1): generate.TICKETS_A_DAY
    }
    routed = found.history("routed").rows.groupBy(PARTITION_DATE).count().collect()
    assert {row[0]: row[1] for row in routed} == {
        BEFORE: generate.TICKETS_A_DAY - generate.SPAM_A_DAY,
        DAY: generate.TICKETS_A_DAY - generate.SPAM_A_DAY,
    }


@pytest.mark.spark
def test_without_a_usable_partition_there_are_columns_and_no_rows(root: Path, spark):
    """When no partition of a source is usable, features get its columns without rows, from any footer that can be read."""
    pipeline = catalog.load("demand")
    source = pipeline.source("sales")
    files = {day: sources.list_partition(Lake(str(root)), source, day) for day in (BEFORE, DAY)}
    unusable = {day: PartitionVerdict(source="sales", day=day, rows=0, problems=("broken",)) for day in files}
    rows = sources.validated(spark, pipeline, source, files, unusable)
    assert (rows.count(), rows.columns) == (0, ["store", "item", "units", "sold_at", PARTITION_DATE])
    with pytest.raises(Unreadable, match=r"No partition of sales can be read; looked at \['2024-02-29'\]"):
        sources.validated(spark, pipeline, source, {DAY: ()}, unusable)


@pytest.mark.spark
def test_partitions_of_different_schemas_are_read_together(root: Path, spark):
    """A column that a source gained lately is null in its older partitions."""
    path = generate.write(root, "sales", DAY, generate.sales(DAY))
    rows = pq.read_table(path, partitioning=None)
    pq.write_table(rows.append_column("till", pa.array(["left"] * SALES)), path)
    pipeline = catalog.load("demand")
    source = pipeline.source("sales")
    files = {day: sources.list_partition(Lake(str(root)), source, day) for day in (BEFORE, DAY)}
    fine = {day: PartitionVerdict(source="sales", day=day, rows=SALES) for day in files}
    assert len(sources.alike(files)) == 2
    read = sources.validated(spark, pipeline, source, files, fine)
    assert {tuple(row) for row in read.groupBy(PARTITION_DATE, "till").count().collect()} == {
        (BEFORE, None, SALES),
        (DAY, "left", SALES),
    }


@pytest.mark.spark
def test_only_files_of_the_run_are_read(root: Path, spark):
    """A file that lands after the run opened is not read, though it lies in the same folder."""
    pipeline = catalog.load("demand")
    source = pipeline.source("sales")
    files = {DAY: sources.list_partition(Lake(str(root)), source, DAY)}
    late = root / "raw" / "sales" / str(DAY) / "part-1.parquet"
    late.write_bytes((late.parent / "part-0.parquet").read_bytes())
    fine = {DAY: PartitionVerdict(source="sales", day=DAY, rows=SALES)}
    assert sources.validated(spark, pipeline, source, files, fine).count() == SALES
    assert sources.footer(sources.list_partition(Lake(str(root)), source, DAY)).rows == 2 * SALES


@pytest.mark.spark
def test_undeclared_sources_are_refused(root: Path, spark):
    """Feature code sees the sources of its spec; asking for another lists them."""
    found = inputs(spark, "demand", root, [DAY])
    with pytest.raises(UsageError, match=r"no history source 'weather'\. The spec declares \['sales'\]"):
        found.history("weather")
    with pytest.raises(UsageError, match=r"no reference source 'stores'\. The spec declares \[\]"):
        found.reference("stores")


def test_inputs_are_the_files_of_the_dates_partitions(root: Path):
    """A date's inputs are its population's partition and its look-back's; a partition that is not there has no files."""
    late = generate.LAST + timedelta(days=1)
    found = sources.list_inputs(Lake(str(root)), catalog.load("tickets"), [DAY, late])
    assert {source: {day: len(files) for day, files in partitions.items()} for source, partitions in found.items()} == {
        "tickets": {DAY: 1, late: 0},
        "routed": {date(2024, 2, 27): 1, BEFORE: 1, date(2024, 3, 2): 1, date(2024, 3, 3): 1},
    }


def test_files_that_disagree_make_a_partition_unreadable(root: Path):
    """Two files of one partition with different columns are named, instead of one of them losing columns silently."""
    first = root / "raw" / "sales" / str(DAY) / "part-0.parquet"
    pq.write_table(pq.read_table(first, partitioning=None).drop_columns(["units"]), first.with_name("part-1.parquet"))
    files = sources.list_partition(Lake(str(root)), catalog.load("demand").source("sales"), DAY)
    with pytest.raises(Unreadable, match=r"part-1\.parquet has other columns or types than .*part-0\.parquet"):
        sources.footer(files)


def test_a_footer_is_read_again_when_the_file_changed(root: Path):
    """Footers are remembered per version of a file: a partition that is landed again has its new row count."""
    source, lake = catalog.load("demand").source("sales"), Lake(str(root))
    assert sources.footer(sources.list_partition(lake, source, DAY)).rows == SALES
    path = generate.write(root, "sales", DAY, generate.sales(DAY)[:7])
    os.utime(path, ns=(1, 1))
    assert sources.footer(sources.list_partition(lake, source, DAY)).rows == 7
