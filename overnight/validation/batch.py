"""What an expectation suite may know about the partition it judges."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True)
class Batch:
    """One partition of one source: its date, the UTC instants between which its day lies, and the usual row count.

    An undated source has the earliest date of the run. `usual_rows` is (lowest, highest) acceptable row count,
    from the partitions before this one; without any it admits every count.
    """

    source: str
    day: date
    begins: datetime
    ends: datetime
    usual_rows: tuple[int, int]
