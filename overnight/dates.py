"""Target dates: parsing what people type, and ranges of days."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from overnight.errors import UsageError

ONE_DAY = timedelta(days=1)


def parse_date(text: str) -> date:
    """Read a target date such as `2013-07-04`.

    Raises:
        UsageError: the text is no calendar date in the form YYYY-MM-DD.
    """
    try:
        parsed = date.fromisoformat(text)
    except ValueError as error:
        raise UsageError(f"{text!r} is not a date: {error}. Give a calendar day as YYYY-MM-DD, e.g. 2013-07-04.") from error
    if parsed.isoformat() != text:
        raise UsageError(f"{text!r} is not written as YYYY-MM-DD. Did you mean {parsed.isoformat()}?")
    return parsed


@dataclass(frozen=True)
class DateRange:
    """All days from `first` to `last`, both included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise UsageError(f"A range of dates ends before it begins: {self.first} to {self.last}. Swap the two.")

    @classmethod
    def parse(cls, first: str, last: str) -> "DateRange":
        """Build a range from two texts in the form YYYY-MM-DD."""
        return cls(parse_date(first), parse_date(last))

    def __iter__(self) -> Iterator[date]:
        day = self.first
        while day <= self.last:
            yield day
            day += ONE_DAY

    def __len__(self) -> int:
        return (self.last - self.first).days + 1

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"
