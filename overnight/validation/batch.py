"""What an expectation suite may know about the partition it judges."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from overnight.spec import Pipeline

# The band of row counts that excludes none.
ANY_COUNT = (0, 1 << 62)


@dataclass(frozen=True)
class Batch:
    """One partition of one source: its date, the UTC instants between which its day lies, and the usual row count.

    An undated source has `spec.UNDATED`. `usual_rows` is (lowest, highest) acceptable row count,
    from the partitions before this one; without any it admits every count.
    """

    source: str
    day: date
    begins: datetime
    ends: datetime
    usual_rows: tuple[int, int]


def batch_of(pipeline: Pipeline, source: str, day: date, usual_rows: tuple[int, int]) -> Batch:
    """The batch of a partition: its day begins and ends at midnight in the cut-off's zone."""
    midnight = pipeline.cut_off.midnight
    return Batch(source, day, midnight(day), midnight(day + timedelta(days=1)), usual_rows)
