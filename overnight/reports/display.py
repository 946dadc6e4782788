"""How values are written on a page: text made harmless to look at, numbers and dates in one form."""

import math
import re
from datetime import date, datetime
from typing import Any

from markupsafe import Markup

# Long enough for any honest message, short enough that a hostile one cannot bury the page.
LONGEST = 600
MISSING = "\u2013"
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")

# What a browser would drop, obey or choke on: control characters, direction overrides, line separators, lone surrogates.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)


def text(value: str, longest: int = LONGEST) -> str:
    r"""Text for display: at most `longest` characters and an ellipsis, invisible characters spelled out.

    >>> text("a\x00b")
    'a\\x00b'
    >>> text("abcdef", 3)
    'abc…'
    """
    shortened = value if len(value) <= longest else f"{value[:longest].rstrip()}…"
    return _INVISIBLE.sub(lambda found: _spelled_out(ord(found[0])), shortened)


def finalize(value: Any) -> Any:
    """What every expression in a template passes through, so that no template can forget it."""
    if value is None:
        return MISSING
    return text(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def count(value: int) -> str:
    """A number of rows, e.g. `12,345`."""
    return f"{value:,}"


def decimal(value: float | None, digits: int = 3) -> str:
    """A statistic, e.g. `0.312`; a dash where there is none."""
    return f"{value:,.{digits}f}" if is_number(value) else MISSING


def percent(share: float | None) -> str:
    """A share as a percentage, e.g. `12.5%`; what is not nothing is never written as nothing."""
    if share is None or not is_number(share):
        return MISSING
    if 0 < share < 0.001:
        return "<0.1%"
    return f"{share:.1%}".replace(".0%", "%")


def share_of(part: int, whole: int) -> str:
    """A part of a whole as a percentage; a dash of an empty whole."""
    return percent(part / whole) if whole else MISSING


def is_number(value: float | None) -> bool:
    """Whether there is a value, and it is finite."""
    return value is not None and math.isfinite(value)


def long_date(day: date) -> str:
    """E.g. `4 July 2013`."""
    return f"{day.day} {day:%B} {day.year}"


def weekday(day: date) -> str:
    """E.g. `Thursday`."""
    return f"{day:%A}"


def instant(moment: datetime) -> str:
    """E.g. `4 July 2013, 05:00:12 UTC`."""
    return f"{long_date(moment)}, {moment:%H:%M:%S} {moment.tzname() or ''}".rstrip()


def duration(seconds: float) -> str:
    """E.g. `8.2 s` or `3 min 5 s`."""
    if seconds < 60:
        return f"{seconds:.1f} s"
    return f"{int(seconds) // 60} min {int(seconds) % 60} s"


def counted(number: int, noun: str) -> str:
    """A small number in words with its noun, e.g. `two checks` or `12 checks`."""
    return f"{WORDS[number] if number < len(WORDS) else count(number)} {noun}{'' if number == 1 else 's'}"


def joined(names: list[str], most: int = 4) -> str:
    """Names in a sentence, e.g. `a, b and c`, or `a, b, c, d and 5 more`."""
    if len(names) > most:
        return f"{', '.join(names[:most])} and {len(names) - most} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), names[-1]])) if names else "none"


def in_words(identifier: str) -> str:
    """An expectation or metric as words, e.g. `expect_column_values_to_be_in_set` as `column values to be in set`."""
    return identifier.removeprefix("expect_").replace("_", " ")


def rule_in_words(name: str) -> str:
    """A rule of the quarantine table as words, e.g. `column values to be in set (dest_code)`."""
    rule, bracket, columns = name.partition("(")
    return in_words(rule) + (f" ({columns}" if bracket else "")


def _spelled_out(code: int) -> str:
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
