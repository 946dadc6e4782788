"""Broken input of flight_delays: each fault stops its own date with a reason, and a retry publishes once it is mended."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from jobs.open_run import open_run
from overnight.errors import MissingInput
from overnight.lake.uris import Lake
from overnight.publishing.table import LiveDate
from overnight.registry.models import Registry
from overnight.stages import Stage
from tests.house import generate

from .nights import Night, finish, live, night, page, report

pytestmark = pytest.mark.spark

CLEAN = date(2013, 7, 6)
PIPELINE = "flight_delays"
BROKEN_DEST = "expect_column_values_to_match_regex(dest)"


def replaced(rows: pa.Table, column: str, every: Callable[[int], bool], value: object) -> pa.Table:
    """The rows with a value in place of what stood in a column, in the rows whose number is picked."""
    picked = pa.array([every(number) for number in range(rows.num_rows)])
    position = rows.schema.get_field_index(column)
    field = rows.schema.field(column)
    return rows.set_column(position, field, pc.if_else(picked, pa.scalar(value, field.type), rows[column]))


def without_a_column(path: Path) -> None:
    pq.write_table(pq.read_table(path).drop_columns(["dest"]), path)


def with_a_retyped_column(path: Path) -> None:
    rows = pq.read_table(path)
    position = rows.schema.get_field_index("sched_dep_time")
    pq.write_table(rows.set_column(position, "sched_dep_time", pc.cast(rows["sched_dep_time"], pa.string())), path)


def without_rows(path: Path) -> None:
    pq.write_table(pq.read_table(path).slice(0, 0), path)


def with_few_broken_rows(path: Path) -> None:
    rows = pq.read_table(path)
    broken = replaced(rows, "dest", lambda number: number % 20 == 0, "nowhere")
    pq.write_table(replaced(broken, "distance", lambda number: number % 40 == 0, -1), path)


def with_many_broken_rows(path: Path) -> None:
    pq.write_table(replaced(pq.read_table(path), "dest", lambda number: number % 5 < 3, "nowhere"), path)


def with_a_doubled_key(path: Path) -> None:
    rows = pq.read_table(path)
    pq.write_table(pa.concat_tables([rows, rows.slice(0, 1)]), path)


def truncated(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def damaged_inside(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[64:2064] = bytes(2000)
    path.write_bytes(content)


# What each fault does, and words of the reason for which its date stops.
FAULTS: dict[date, tuple[Callable[[Path], None], str]] = {
    date(2013, 6, 28): (damaged_inside, "cannot be read"),
    date(2013, 6, 30): (without_a_column, "missing dest"),
    date(2013, 7, 1): (with_a_retyped_column, "expect_column_values_to_be_of_type(sched_dep_time) failed (StringType)"),
    date(2013, 7, 2): (without_rows, "schedules/2013-07-02 has no rows."),
    date(2013, 7, 3): (with_many_broken_rows, "more than the 10% that may be quarantined"),
    date(2013, 7, 4): (with_a_doubled_key, "expect_compound_columns_to_be_unique(carrier, flight, origin) failed (2 of"),
    date(2013, 7, 5): (truncated, "schedules/2013-07-05/part-0.parquet cannot be read as Parquet"),
}
QUARANTINED = date(2013, 6, 29)


@dataclass(frozen=True)
class Week:
    """A set of dates, most of them broken: what the first run left behind, and the run after the input was mended."""

    root: Path
    refusal: MissingInput
    broken: Night
    after_broken: dict[date, LiveDate | None]
    reports: dict[date, dict]
    pages: dict[date, str]
    current: dict[date, str]
    mended: Night


@pytest.fixture(scope="module")
def week(flights_trained: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory, spark) -> Week:
    raw, registry = flights_trained
    root = tmp_path_factory.mktemp("week")
    copy_flights(raw, root)
    lake, days = Lake(str(root)), [*FAULTS, QUARANTINED, CLEAN]
    whole = root / "whole"
    shutil.copytree(root / "raw" / "schedules", whole)
    for day, (break_it, _) in FAULTS.items():
        break_it(schedule(root, day))
    with_few_broken_rows(schedule(root, QUARANTINED))

    shutil.rmtree(schedule(root, CLEAN).parent)
    with pytest.raises(MissingInput) as refused:
        open_run(PIPELINE, days, lake, Registry(registry))
    shutil.copytree(whole / CLEAN.isoformat(), schedule(root, CLEAN).parent)

    broken = night(PIPELINE, days, root, registry, spark)
    after = {day: live(root, PIPELINE, day) for day in days}
    reports, pages = ({day: read(root, PIPELINE, day) for day in days} for read in (report, page))
    for day in FAULTS:
        shutil.copy2(whole / day.isoformat() / "part-0.parquet", schedule(root, day))
    opened = open_run(PIPELINE, days, lake, Registry(registry))
    mended = finish(opened.run, spark)
    return Week(root, refused.value, broken, after, reports, pages, opened.current, mended)


def schedule(root: Path, day: date) -> Path:
    return root / "raw" / "schedules" / day.isoformat() / "part-0.parquet"


def copy_flights(raw: Path, root: Path) -> None:
    """The partitions that the dates of this module read."""
    for source in ("schedules", "arrivals", "weather"):
        day = date(2013, 6, 1)
        while day <= CLEAN:
            shutil.copytree(raw / "raw" / source / day.isoformat(), root / "raw" / source / day.isoformat())
            day += timedelta(days=1)
    shutil.copytree(raw / "raw" / "planes", root / "raw" / "planes")


def test_a_partition_that_is_not_there_is_refused_before_anything_is_claimed(week):
    """`open_run` refuses with 66 and the folder's name, and the run after it starts from an untouched lake."""
    assert week.refusal.exit_code == 66
    assert f"/raw/schedules/{CLEAN}" in str(week.refusal)
    assert "1 partition(s)" in str(week.refusal)


@pytest.mark.parametrize("day", FAULTS, ids=[fault.__name__ for fault, _ in FAULTS.values()])
def test_a_broken_partition_stops_its_date(week, day):
    """The date stops with 65 and a reason that says what is wrong; nothing is published, and its page says why."""
    _, words = FAULTS[day]
    stop = week.broken.run.stops()[day]
    assert (stop.code, week.after_broken[day]) == (65, None)
    assert words in stop.reason
    assert (week.reports[day]["state"], week.reports[day]["reason"]) == ("stopped", stop.reason)
    assert f"schedules/{day}" in stop.reason
    assert f"schedules/{day}" in week.pages[day]


def test_good_dates_of_a_set_are_published_all_the_same(week):
    """Of nine dates the two usable ones are published; the set ends with 65 and names the other seven."""
    published = {day for day, found in week.after_broken.items() if found}
    assert published == {QUARANTINED, CLEAN}
    assert week.broken.code == 65
    assert set(week.broken.run.stops()) == set(FAULTS)


def test_broken_rows_are_quarantined_and_the_rest_is_published(week):
    """Every twentieth row breaks a rule: it is kept aside, the others are scored, and the numbers add up."""
    total = pq.read_metadata(schedule(week.root, QUARANTINED)).num_rows
    broken = (total + 19) // 20
    found = week.reports[QUARANTINED]
    assert (found["rows_in"], found["rows_quarantined"]) == (total, broken)
    assert found["rows_scored"] == week.after_broken[QUARANTINED].rows == total - broken


def test_the_quarantine_keeps_the_rows_and_the_rules_they_broke(week):
    """The quarantine table holds each broken row once, as JSON, with the names of all rules that it broke."""
    total = pq.read_metadata(schedule(week.root, QUARANTINED)).num_rows
    uri = Lake(str(week.root)).table(PIPELINE, "quarantine")
    rows = [row for row in DeltaTable(uri).to_pyarrow_table().to_pylist() if row["target_date"] == QUARANTINED]
    distance = "expect_column_values_to_be_between(distance)"
    both = [row for row in rows if row["rules"] == [distance, BROKEN_DEST] or row["rules"] == [BROKEN_DEST, distance]]
    assert (len(rows), len(both)) == ((total + 19) // 20, (total + 39) // 40)
    assert {row["source"] for row in rows} == {"schedules"}
    assert {row["run_id"] for row in rows} == {week.broken.run.run_id}
    assert all('"dest":"nowhere"' in row["row"] for row in rows)
    reasons = {each["rule"]: each["rows"] for each in week.reports[QUARANTINED]["quarantine"]}
    assert reasons == {BROKEN_DEST: (total + 19) // 20, distance: (total + 39) // 40}


def test_a_plain_retry_publishes_what_was_mended(week):
    """Once the input is mended the same dates run again: the stopped ones are published, the others are current."""
    assert set(week.current) == {QUARANTINED, CLEAN}
    assert (week.mended.code, set(week.mended.run.dates)) == (0, set(FAULTS))
    for day in FAULTS:
        assert live(week.root, PIPELINE, day).run_id == week.mended.run.run_id
        assert report(week.root, PIPELINE, day)["state"] == "published"
    assert live(week.root, PIPELINE, CLEAN).run_id == week.broken.run.run_id


def test_a_required_partition_of_history_stops_the_date(house, spark):
    """A truncated file of yesterday's sales stops today; mended, the same command publishes it."""
    root, registry = house
    day = date(2024, 2, 29)
    truncated(root / "raw" / "sales" / "2024-02-28" / "part-0.parquet")
    done = night("demand", [day], root, registry, spark)
    assert (done.code, live(root, "demand", day)) == (65, None)
    assert "sales/2024-02-28/part-0.parquet cannot be read as Parquet" in done.run.stops()[day].reason
    generate.write(root, "sales", date(2024, 2, 28), generate.sales(date(2024, 2, 28)))
    assert night("demand", [day], root, registry, spark).code == 0
    assert live(root, "demand", day).rows == 60


def test_a_join_that_multiplies_rows_stops_the_date(house, spark, monkeypatch):
    """Keys that stand twice in the features stop the date with 65, and the message says where to look."""
    from feature_pipelines import demand

    root, registry = house
    day = date(2024, 2, 29)
    once = demand.features
    monkeypatch.setattr(demand, "features", lambda inputs: once(inputs).union(once(inputs).where("item = 1")))
    done = night("demand", [day], root, registry, spark)
    reason = done.run.result_of(Stage.BUILD_FEATURES).stopped[day].reason
    assert (done.code, live(root, "demand", day)) == (65, None)
    assert reason.startswith(f"3 keys (store, item) stand more than once in the features of {day}.")
    assert "feature_pipelines/demand.py" in reason
