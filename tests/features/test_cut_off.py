"""When a target date knows a row: the cut-off and `known_from`, across both changes of New York's clocks in 2013.

Clocks went from 02:00 EST (UTC-5) to 03:00 EDT (UTC-4) on 10 March, and from 02:00 EDT back to 01:00 EST on 3 November.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from overnight.features.history import PARTITION_DATE, days_behind, known_from
from overnight.spec import CutOff

MICROSECOND = timedelta(microseconds=1)
NEW_YORK = "America/New_York"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# Cut-off, target date, instant in UTC; midnight is 05:00 in winter and 04:00 in summer.
INSTANTS = [
    (CutOff(timezone=NEW_YORK), date(2013, 3, 10), utc("2013-03-10 05:00")),
    (CutOff(timezone=NEW_YORK), date(2013, 3, 11), utc("2013-03-11 04:00")),
    (CutOff(timezone=NEW_YORK), date(2013, 11, 3), utc("2013-11-03 04:00")),
    (CutOff(timezone=NEW_YORK), date(2013, 11, 4), utc("2013-11-04 05:00")),
    (CutOff(timezone=NEW_YORK, days_after=1), date(2013, 3, 9), utc("2013-03-10 05:00")),
    (CutOff(timezone=NEW_YORK, days_after=1), date(2013, 3, 10), utc("2013-03-11 04:00")),
    (CutOff(timezone=NEW_YORK, days_after=1), date(2013, 11, 2), utc("2013-11-03 04:00")),
    (CutOff(timezone=NEW_YORK, days_after=1), date(2013, 11, 3), utc("2013-11-04 05:00")),
    (CutOff(at=time(2, 30), timezone=NEW_YORK), date(2013, 3, 9), utc("2013-03-09 07:30")),
    # 02:30 is skipped on this night; half an hour after the jump, clocks show 03:30.
    (CutOff(at=time(2, 30), timezone=NEW_YORK), date(2013, 3, 10), utc("2013-03-10 07:30")),
    (CutOff(at=time(2, 30), timezone=NEW_YORK), date(2013, 3, 11), utc("2013-03-11 06:30")),
    (CutOff(at=time(2, 30), timezone=NEW_YORK), date(2013, 11, 2), utc("2013-11-02 06:30")),
    (CutOff(at=time(2, 30), timezone=NEW_YORK), date(2013, 11, 3), utc("2013-11-03 07:30")),
    (CutOff(at=time(2, 30), timezone=NEW_YORK, days_after=1), date(2013, 3, 9), utc("2013-03-10 07:30")),
    (CutOff(at=time(2, 30), timezone=NEW_YORK, days_after=1), date(2013, 11, 2), utc("2013-11-03 07:30")),
    # 01:30 comes twice on this night; the first counts.
    (CutOff(at=time(1, 30), timezone=NEW_YORK), date(2013, 11, 3), utc("2013-11-03 05:30")),
    (CutOff(at=time(1, 30), timezone=NEW_YORK, days_after=1), date(2013, 11, 2), utc("2013-11-03 05:30")),
]


@pytest.mark.parametrize(("cut_off", "day", "instant"), INSTANTS)
def test_the_cut_off_is_an_instant(cut_off: CutOff, day: date, instant: datetime):
    """A local time is skipped or comes twice when clocks change; the cut-off is one instant all the same."""
    assert cut_off.instant(day) == instant


@pytest.mark.parametrize(
    ("cut_off", "last"),
    [
        (CutOff(), date(2013, 6, 19)),
        (CutOff(at=time(2, 30)), date(2013, 6, 20)),
        (CutOff(days_after=1), date(2013, 6, 20)),
        (CutOff(at=time(2, 30), days_after=1), date(2013, 6, 21)),
    ],
)
def test_the_last_readable_partition_begins_before_the_cut_off(cut_off: CutOff, last: date):
    """A cut-off at midnight ends the day before; a later one lets the day itself be read in part."""
    assert cut_off.last_history_date(date(2013, 6, 20)) == last
    assert days_behind(cut_off) == (date(2013, 6, 20) - last).days


def found_by_spark(spark, cut_off: CutOff, events: list[datetime]) -> list[date]:
    rows = spark.createDataFrame(list(enumerate(events)), "number int, event timestamp")
    found = rows.select("number", known_from(cut_off, "event").alias("known")).collect()
    return [row["known"] for row in sorted(found)]


@pytest.mark.spark
@pytest.mark.parametrize("cut_off", dict.fromkeys(cut_off for cut_off, _, _ in INSTANTS))
def test_a_row_at_the_cut_off_belongs_to_the_next_date(cut_off: CutOff, spark):
    """A row is known to a date up to the last microsecond before its cut-off; at the cut-off, only to the next date."""
    days = [(day, instant) for each, day, instant in INSTANTS if each == cut_off]
    events = [event for _, instant in days for event in (instant - MICROSECOND, instant)]
    expected = [known for day, _ in days for known in (day, day + timedelta(days=1))]
    assert found_by_spark(spark, cut_off, events) == expected


@pytest.mark.spark
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    at=st.sampled_from([time(0), time(0, 30), time(1, 30), time(2, 30), time(23, 59, 59)]),
    timezone=st.sampled_from([NEW_YORK, "UTC", "Asia/Kolkata", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia"]),
    days_after=st.integers(0, 2),
    events=st.lists(
        st.datetimes(datetime(2011, 12, 1), datetime(2013, 12, 31), timezones=st.just(UTC)), min_size=40, max_size=80
    ),
)
def test_known_from_is_the_first_date_whose_cut_off_is_later(spark, at, timezone, days_after, events):
    """Whatever the zone, Spark finds the date that a search through the dates' cut-offs finds."""
    cut_off = CutOff(at=at, timezone=timezone, days_after=days_after)

    def first_date(event: datetime) -> date:
        around = (event.date() + timedelta(days=distance) for distance in range(-days_after - 3, 4))
        return next(day for day in around if cut_off.instant(day) > event)

    assert found_by_spark(spark, cut_off, events) == [first_date(event) for event in events]


@pytest.mark.spark
def test_rows_without_an_event_time_are_known_when_their_day_is_over(spark):
    """A source without an event time counts as known from the first date whose look-back reaches its partition."""
    rows = spark.createDataFrame([(date(2013, 3, 9),)], f"{PARTITION_DATE} date")

    def known(cut_off: CutOff) -> date:
        return rows.select(known_from(cut_off, None)).collect()[0][0]

    assert known(CutOff(timezone=NEW_YORK)) == date(2013, 3, 10)
    assert known(CutOff(timezone=NEW_YORK, days_after=1)) == date(2013, 3, 9)
