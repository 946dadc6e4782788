"""What people type as target dates, and ranges of days."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overnight.dates import DateRange, parse_date
from overnight.errors import UsageError


@given(st.dates())
def test_a_date_is_read_as_it_is_written(day: date):
    """Every calendar day in the form YYYY-MM-DD is read as that day."""
    assert parse_date(day.isoformat()) == day


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2013-13-01", r"'2013-13-01' is not a date: month must be in 1\.\.12"),
        ("2013-02-29", r"'2013-02-29' is not a date: day is out of range for month"),
        ("2013-7-4", r"'2013-7-4' is not a date.*Give a calendar day as YYYY-MM-DD, e\.g\. 2013-07-04"),
        ("today", r"'today' is not a date"),
        ("", r"'' is not a date"),
        ("20130704", r"'20130704' is not written as YYYY-MM-DD\. Did you mean 2013-07-04\?"),
        ("2013-W27-4", r"'2013-W27-4' is not written as YYYY-MM-DD\. Did you mean 2013-07-04\?"),
    ],
)
def test_anything_else_is_refused_with_the_right_form(text: str, message: str):
    """An impossible or differently written date is refused, shown as it was typed, with the form to use."""
    with pytest.raises(UsageError, match=message):
        parse_date(text)


def test_a_range_holds_both_its_ends():
    """A range over the end of a February in a leap year has four days, the leap day among them."""
    days = DateRange.parse("2024-02-27", "2024-03-01")
    assert list(days) == [date(2024, 2, 27), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)]
    assert (len(days), str(days)) == (4, "2024-02-27 to 2024-03-01")


def test_a_range_of_one_day_is_a_range():
    """First and last may be the same day."""
    assert list(DateRange.parse("2013-07-04", "2013-07-04")) == [date(2013, 7, 4)]


def test_a_range_that_ends_before_it_begins_is_refused():
    """Swapped ends are an error, not an empty range."""
    with pytest.raises(UsageError, match=r"ends before it begins: 2013-07-04 to 2013-07-03\. Swap the two"):
        DateRange.parse("2013-07-04", "2013-07-03")
