"""How values are written on a page."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from overnight.reports import display


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"),
        ("a\x00b", r"a\x00b"),
        ("\u202egpj.exe", r"\u202egpj.exe"),
        ("\u200fx", r"\u200fx"),
        ("\ud800", r"\ud800"),
        ("שלום", "שלום"),
        ("two\nlines", "two\nlines"),
    ],
)
def test_invisible_characters_are_spelled_out(value: str, shown: str) -> None:
    """What a browser would drop or obey is written as an escape; right-to-left letters stay letters."""
    assert display.text(value) == shown


def test_a_megabyte_is_shortened() -> None:
    """Long text ends in an ellipsis."""
    assert display.text("x" * 1_000_000, 5) == "xxxxx…"


@given(st.text(st.characters(), max_size=50))
def test_any_text_can_be_written_to_a_file(value: str) -> None:
    """Whatever the data holds, the displayed text is valid UTF-8, and displaying it again changes nothing."""
    shown = display.text(value)
    assert shown.encode().decode() == shown
    assert display.text(shown) == shown


def test_templates_write_a_dash_for_none_and_leave_markup_alone() -> None:
    """`None` never appears on a page, and pictures are not cut short like text."""
    picture = Markup("<svg>") + "x" * 10_000
    assert display.finalize(None) == "\u2013"
    assert display.finalize(picture) is picture


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0.0, "0%"), (0.0004, "<0.1%"), (0.125, "12.5%"), (1.0, "100%"), (None, "\u2013"), (float("nan"), "\u2013")],
)
def test_percent(share: float | None, shown: str) -> None:
    """Shares are percentages with at most one decimal; what is little is not written as nothing."""
    assert display.percent(share) == shown


def test_share_of_nothing_is_a_dash() -> None:
    """An empty date has no shares."""
    assert (display.share_of(6, 737), display.share_of(0, 0)) == ("0.8%", "\u2013")


@pytest.mark.parametrize(
    ("number", "shown"), [(0, "no rows"), (1, "one row"), (2, "two rows"), (9, "nine rows"), (1234, "1,234 rows")]
)
def test_counted(number: int, shown: str) -> None:
    """Small numbers are words, and one is singular."""
    assert display.counted(number, "row") == shown


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([], "none"),
        (["a"], "a"),
        (["a", "b"], "a and b"),
        (["a", "b", "c"], "a, b and c"),
        (list("abcdef"), "a, b, c, d and 2 more"),
    ],
)
def test_joined(names: list[str], shown: str) -> None:
    """Names are joined as in a sentence, and many are cut short."""
    assert display.joined(names) == shown


def test_dates_and_durations() -> None:
    """Dates are spelled out, moments name their zone, long durations are in minutes."""
    moment = datetime(2013, 7, 4, 5, 0, 12, tzinfo=UTC)
    assert (display.weekday(date(2013, 7, 4)), display.long_date(date(2013, 7, 4))) == ("Thursday", "4 July 2013")
    assert display.instant(moment) == "4 July 2013, 05:00:12 UTC"
    assert (display.duration(8.24), display.duration(185.9)) == ("8.2 s", "3 min 5 s")


def test_rules_in_words() -> None:
    """A quarantine rule reads as words, its columns' names unchanged."""
    assert display.rule_in_words("expect_column_values_to_be_in_set(dest_code)") == "column values to be in set (dest_code)"
    assert display.rule_in_words("expect_table_row_count_to_be_between") == "table row count to be between"
