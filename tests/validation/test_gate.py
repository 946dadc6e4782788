"""The gate: damage stops the partition that has it and says what it is; a few broken rows stop nothing."""

import json
import re
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from overnight import catalog
from overnight.spec import UNDATED, GatePolicy, Pipeline
from overnight.validation.batch import ANY_COUNT
from overnight.validation.gate import decide, usual_rows
from overnight.validation.verdict import PartitionVerdict
from tests.house import generate

from .partitions import change, copy_of, days_from, file_of, flip_bits, verdicts_on, with_values

DAYS = days_from(date(2013, 6, 1), 11)
CLEAN = [DAYS[0], DAYS[5], DAYS[10]]
DUPLICATE, NO_COLUMN, RETYPED, TRUNCATED, EMPTY, ABSENT, NO_ROWS, FLIPPED = [day for day in DAYS if day not in CLEAN]
ROWS = {DAYS[0]: 754, DAYS[5]: 976}  # flights of 1 and 6 June 2013


@pytest.fixture(scope="module")
def damaged(flights_raw: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eleven days of arrivals, eight of them damaged, each in its own way."""
    root = copy_of(flights_raw, tmp_path_factory.mktemp("damaged"), "arrivals", DAYS)
    change(root, "arrivals", DUPLICATE, lambda rows: pa.concat_tables([rows, rows.slice(0, 1)]))
    change(root, "arrivals", NO_COLUMN, lambda rows: rows.drop_columns(["arr_delay"]))
    change(root, "arrivals", RETYPED, _with_secrets_for_times)
    truncated = file_of(root, "arrivals", TRUNCATED)
    truncated.write_bytes(truncated.read_bytes()[: truncated.stat().st_size // 2])
    file_of(root, "arrivals", EMPTY).write_bytes(b"")
    shutil.rmtree(file_of(root, "arrivals", ABSENT).parent)
    change(root, "arrivals", NO_ROWS, lambda rows: rows.slice(0, 0))
    flip_bits(file_of(root, "arrivals", FLIPPED), "carrier")
    return root


def _with_secrets_for_times(rows: pa.Table) -> pa.Table:
    position = rows.schema.get_field_index("sched_dep_time")
    return rows.set_column(position, "sched_dep_time", pa.array(["secret-4711"] * rows.num_rows))


@pytest.fixture(scope="module")
def verdicts(damaged: Path, spark) -> dict[date, PartitionVerdict]:
    """What the gate says about the eleven days, judged together."""
    return verdicts_on(spark, damaged, "flight_delays", "arrivals", DAYS)


@pytest.mark.spark
@pytest.mark.parametrize(
    ("day", "problem"),
    [
        (DUPLICATE, r"arrivals/2013-06-02: expect_compound_columns_to_be_unique\(carrier, flight, origin\) failed \(2 of"),
        (NO_COLUMN, r"arrivals/2013-06-03: expect_table_columns_to_match_set failed \(missing arr_delay\)"),
        (RETYPED, r"arrivals/2013-06-04: expect_column_values_to_be_of_type\(sched_dep_time\) failed \(StringType\)"),
        (TRUNCATED, r"arrivals/2013-06-05/part-0\.parquet cannot be read as Parquet"),
        (EMPTY, r"arrivals/2013-06-07/part-0\.parquet cannot be read as Parquet: Parquet file size is 0 bytes"),
        (ABSENT, r"arrivals/2013-06-08 is not there"),
        (NO_ROWS, r"arrivals/2013-06-09 has no rows"),
        (FLIPPED, r"A raw file cannot be read: .*arrivals/2013-06-10/part-0\.parquet.*Land the partition again"),
    ],
)
def test_damage_is_named(verdicts: dict[date, PartitionVerdict], day: date, problem: str):
    """The first problem of a damaged partition says which partition or file it is, and what is wrong with it."""
    assert not verdicts[day].usable
    assert re.search(problem, verdicts[day].problems[0])


@pytest.mark.spark
@pytest.mark.parametrize("column", ["tailnum", "air_time"])
def test_damage_in_a_column_without_rules_is_found(column: str, flights_raw: Path, tmp_path: Path, spark):
    """Pages that no rule looks at must be readable too: features may need them when it is too late for the gate."""
    copy_of(flights_raw, tmp_path, "arrivals", [DAYS[0]])
    flip_bits(file_of(tmp_path, "arrivals", DAYS[0]), column)
    (problem,) = verdicts_on(spark, tmp_path, "flight_delays", "arrivals", [DAYS[0]])[DAYS[0]].problems
    assert "arrivals/2013-06-01/part-0.parquet" in problem


@pytest.mark.spark
def test_damage_stays_where_it_is(verdicts: dict[date, PartitionVerdict]):
    """Whatever happens to their neighbours, the clean partitions are usable, with all their rows."""
    assert [day for day in DAYS if verdicts[day].usable] == CLEAN
    assert {day: verdicts[day].rows for day in ROWS} == ROWS
    assert all(check.success for day in CLEAN for check in verdicts[day].checks)


@pytest.mark.spark
def test_no_value_of_a_row_reaches_the_verdicts(verdicts: dict[date, PartitionVerdict]):
    """Verdicts are kept and shown in reports, so they hold counts and names, even where values have a wrong type."""
    text = json.dumps([verdict.as_json() for verdict in verdicts.values()])
    assert "arrivals" in text
    assert "4711" not in text


@pytest.mark.spark
def test_a_verdict_survives_its_round_trip(verdicts: dict[date, PartitionVerdict]):
    """Later stages read the verdicts that validate wrote."""
    for verdict in verdicts.values():
        assert PartitionVerdict.from_json(json.loads(json.dumps(verdict.as_json()))) == verdict


@pytest.mark.spark
def test_broken_rows_are_counted_once(flights_raw: Path, tmp_path: Path, spark):
    """Of 754 flights four rows break five rules between them: four are quarantined, and the date goes on."""
    copy_of(flights_raw, tmp_path, "arrivals", [DAYS[0]])

    def broken(rows: pa.Table) -> pa.Table:
        rows = with_values(rows, "arr_delay", {3: 5000, 10: -500})
        rows = with_values(rows, "carrier", {3: "united", 20: None})
        return with_values(rows, "sched_dep_time", {30: 2400})

    change(tmp_path, "arrivals", DAYS[0], broken)
    found = verdicts_on(spark, tmp_path, "flight_delays", "arrivals", [DAYS[0]])[DAYS[0]]
    assert (found.rows, found.quarantined, found.usable) == (754, 4, True)
    assert {check.name: check.unexpected for check in found.checks if not check.success} == {
        "expect_column_values_to_be_between(arr_delay)": 2,
        "expect_column_values_to_match_regex(carrier)": 1,
        "expect_column_values_to_not_be_null(carrier)": 1,
        "expect_column_values_to_be_between(sched_dep_time)": 1,
    }


@pytest.mark.spark
def test_too_many_broken_rows_stop_the_partition(tmp_path: Path, spark):
    """Of 60 rows, six are the 10 % that may be quarantined; with a seventh the partition cannot be used."""
    few, many = generate.FIRST, generate.LAST
    for day, count in ((few, 6), (many, 7)):
        rows = [row | {"item": -number} if number < count else row for number, row in enumerate(generate.assortment(day))]
        generate.write(tmp_path, "assortment", day, rows)
    found = verdicts_on(spark, tmp_path, "demand", "assortment", [few, many])
    assert (found[few].quarantined, found[few].problems) == (6, ())
    assert found[many].quarantined == 7
    assert found[many].problems == (
        "assortment/2024-03-03: 7 of 60 rows break a row rule, more than the 10% that may be quarantined.",
    )


@pytest.mark.spark
def test_information_stops_nothing(flights_raw: Path, tmp_path: Path, spark):
    """A mean delay of nine hours is reported by a rule of severity `info`, and the date goes on with every row."""
    copy_of(flights_raw, tmp_path, "arrivals", [DAYS[0]])
    late = pa.array([540] * 754, pa.int32())
    change(
        tmp_path, "arrivals", DAYS[0], lambda rows: rows.set_column(rows.schema.get_field_index("arr_delay"), "arr_delay", late)
    )
    found = verdicts_on(spark, tmp_path, "flight_delays", "arrivals", [DAYS[0]])[DAYS[0]]
    assert [(check.name, check.severity, check.observed) for check in found.checks if not check.success] == [
        ("expect_column_mean_to_be_between(arr_delay)", "info", "540.0")
    ]
    assert (found.quarantined, found.problems) == (0, ())


@pytest.mark.parametrize(
    ("counts", "band"),
    [
        ([], ANY_COUNT),
        ([100, 300], ANY_COUNT),
        ([100, 300, 200], (100, 401)),
        ([0, 100, 300, 200], (100, 401)),
        ([100, 300, 200, 400], (125, 501)),
    ],
)
def test_the_usual_row_count_is_a_median_of_earlier_days(counts: list[int], band: tuple[int, int]):
    """Half to twice the median of the days before; days without rows do not count, and two days are too few."""
    days = days_from(date(2024, 3, 1), len(counts))
    assert usual_rows(catalog.load("demand"), date(2024, 3, 10), dict(zip(days, counts, strict=True))) == band


def test_neither_the_day_itself_nor_later_or_long_past_days_are_usual():
    """A day is compared with the four weeks before it, whatever else was counted."""
    counts = {date(2024, 3, 10): 9, date(2024, 3, 11): 9, date(2024, 2, 10): 9, date(2024, 2, 11): 100}
    assert usual_rows(catalog.load("demand"), date(2024, 3, 10), counts) == ANY_COUNT
    counts |= {date(2024, 3, 8): 100, date(2024, 3, 9): 100}
    assert usual_rows(catalog.load("demand"), date(2024, 3, 10), counts) == (50, 201)


DAY = date(2013, 6, 20)


def all_fine(pipeline: Pipeline) -> dict[str, dict[date, PartitionVerdict]]:
    return {
        source.name: {day: PartitionVerdict(source=source.name, day=day, rows=1) for day in pipeline.partitions(source, [DAY])}
        for source in pipeline.sources
    }


@pytest.mark.parametrize(
    ("source", "partition", "stops"),
    [
        ("schedules", DAY, True),
        ("arrivals", date(2013, 6, 19), True),
        ("arrivals", date(2013, 6, 18), False),
        ("arrivals", date(2013, 5, 23), False),
        ("weather", date(2013, 6, 19), True),
        ("planes", UNDATED, True),
    ],
)
def test_what_a_date_needs_stops_it(source: str, partition: date, stops: bool):
    """Its own rows, the latest history and references must be usable; older look-back partitions are left out, aloud."""
    pipeline = catalog.load("flight_delays")
    found = all_fine(pipeline)
    found[source][partition] = replace(found[source][partition], problems=("It is broken.",))
    expected = (["It is broken."], []) if stops else ([], ["It is broken. The look-back goes on without it."])
    assert decide(pipeline, DAY, found) == expected


def test_a_clean_date_goes_on_without_a_word():
    """Nothing wrong, nothing said."""
    pipeline = catalog.load("flight_delays")
    assert decide(pipeline, DAY, all_fine(pipeline)) == ([], [])


@pytest.mark.spark
@pytest.mark.parametrize(("pipeline", "source", "usable"), [("tickets", "tickets", True), ("demand", "assortment", False)])
def test_an_empty_population_is_the_specs_decision(pipeline: str, source: str, usable: bool, tmp_path: Path, spark):
    """A partition with a file and no rows is fine where the spec allows an empty date, and a problem where not."""
    assert catalog.load("demand").gate == GatePolicy()
    generate.write(tmp_path, source, generate.FIRST, [])
    found = verdicts_on(spark, tmp_path, pipeline, source, [generate.FIRST])[generate.FIRST]
    assert (found.rows, found.usable) == (0, usable)
