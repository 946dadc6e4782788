"""Sums over look-backs: what a brute-force reading of the rows says, exactly, or a refusal."""

from collections import defaultdict
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyspark.sql import functions as F

from overnight.errors import UsageError
from overnight.features.history import KNOWN_FROM, PARTITION_DATE, TARGET_DATE, History, days_behind, known_from
from overnight.spec import CutOff, Source

pytestmark = pytest.mark.spark

FIRST = date(2013, 3, 4)  # the week in which New York's clocks change
TARGETS = [FIRST + timedelta(days=distance) for distance in (5, 6, 7, 9)]
SOURCE = Source("events", event_time="at", look_back_days=4)
SCHEMA = f"shop string, at timestamp, value int, {PARTITION_DATE} date"
CUT_OFFS = [
    CutOff(timezone="America/New_York"),
    CutOff(at=time(2, 30), timezone="America/New_York"),
    CutOff(timezone="America/New_York", days_after=1),
]

Row = tuple[str, datetime, int, date]


@st.composite
def rows(draw: st.DrawFn) -> Row:
    """A row of a partition, known up to two days before or after the day begins, mostly around midnight."""
    day = FIRST + timedelta(days=draw(st.integers(0, 10)))
    begins = CUT_OFFS[0].instant(day)
    shift = draw(st.sampled_from([0, 1, 24, 26, 27]) | st.integers(-48, 48))
    return draw(st.sampled_from("AB")), begins + timedelta(hours=shift), draw(st.integers(-9, 9)), day


def history(spark, cut_off: CutOff, found: list[Row], targets: list[date] = TARGETS) -> History:
    frame = spark.createDataFrame(found, SCHEMA).withColumn(KNOWN_FROM, known_from(cut_off, "at"))
    dates = spark.createDataFrame([(day,) for day in targets], f"{TARGET_DATE} date")
    return History(SOURCE, frame, dates, days_behind(cut_off))


def may_read(cut_off: CutOff, row: Row, target: date, days: int) -> bool:
    """The rule in plain words: one of the last `days` readable partitions, and known before the cut-off."""
    _, at, _, partition = row
    last = cut_off.last_history_date(target)
    return last - timedelta(days=days) < partition <= last and at < cut_off.instant(target)


@pytest.mark.parametrize("cut_off", CUT_OFFS, ids=str)
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(found=st.lists(rows(), min_size=100, max_size=160))
def test_over_sums_what_each_date_may_read(spark, cut_off: CutOff, found: list[Row]):
    """Every target date gets the sums that reading all rows one by one gives, for each look-back."""
    expected: dict[tuple[date, str], dict[str, int]] = {}
    for target in TARGETS:
        for shop in "AB":
            seen = [row for row in found if row[0] == shop and may_read(cut_off, row, target, 4)]
            latest = [row for row in seen if may_read(cut_off, row, target, 1)]
            if seen:
                expected[target, shop] = {"total_1d": sum(row[2] for row in latest), "total_4d": sum(row[2] for row in seen)}
    sums = history(spark, cut_off, found).over(["shop"], days=[1, 4], total=F.col("value"))
    assert sums.columns == [TARGET_DATE, "shop", "total_1d", "total_4d"]
    assert {(row[TARGET_DATE], row["shop"]): row.asDict() for row in sums.collect()} == {
        (target, shop): totals | {TARGET_DATE: target, "shop": shop} for (target, shop), totals in expected.items()
    }


@pytest.mark.parametrize("cut_off", CUT_OFFS, ids=str)
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(found=st.lists(rows(), min_size=60, max_size=100))
def test_lasting_repeats_rows_for_each_date_that_may_read_them(spark, cut_off: CutOff, found: list[Row]):
    """`lasting` hands a row to as many target dates as may read it, and to no other."""
    expected = defaultdict(int)
    for target in TARGETS:
        for row in found:
            if may_read(cut_off, row, target, 2):
                expected[(target, *row)] += 1
    seen = history(spark, cut_off, found).lasting(days=2).select(TARGET_DATE, "shop", "at", "value", PARTITION_DATE)
    actual = defaultdict(int)
    for target, shop, at, value, partition in seen.collect():
        actual[target, shop, at.astimezone(UTC), value, partition] += 1
    assert actual == expected


def _three_days(spark) -> History:
    noon = [datetime(2013, 3, day, 17, tzinfo=UTC) for day in (6, 7, 8)]
    found = [("A", at, value, at.date()) for at, value in zip(noon, (1, 10, 100), strict=True)]
    return history(spark, CUT_OFFS[0], found, [date(2013, 3, 9)])


def test_sums_of_doubles_are_refused(spark):
    """Doubles do not add up the same in every order, so their sum is refused, by name; decimals are welcome."""
    days = _three_days(spark)
    with pytest.raises(UsageError, match=r"The sums \['rate'\] are over floating-point values.*Cast to an integer or a decimal"):
        days.over(["shop"], days=[1], rate=F.col("value") / 3, count=F.lit(1))
    exact = days.over(["shop"], days=[1, 2], price=F.col("value").cast("decimal(10,2)")).collect()[0]
    assert (exact["price_1d"], exact["price_2d"]) == (Decimal("100.00"), Decimal("110.00"))


def test_a_look_back_beyond_the_source_is_refused(spark):
    """Days that the run does not read cannot be summed: the message names both numbers and where to change one."""
    with pytest.raises(UsageError, match=r"A look-back of 5 days over events, which reads 4\. Raise look_back_days"):
        _three_days(spark).over(["shop"], days=[1, 5], count=F.lit(1))
    with pytest.raises(UsageError, match=r"A look-back of 5 days over events, which reads 4\. Raise look_back_days"):
        _three_days(spark).lasting(days=5)


def test_a_group_without_rows_in_a_look_back_sums_to_zero(spark):
    """A group that was seen three days ago and not since has a zero for the last day, not a null."""
    noon = datetime(2013, 3, 6, 17, tzinfo=UTC)
    days = history(spark, CUT_OFFS[0], [("A", noon, 5, noon.date())], [date(2013, 3, 9)])
    (row,) = days.over(["shop"], days=[1, 3], total=F.col("value")).collect()
    assert (row["total_1d"], row["total_3d"]) == (0, 5)
