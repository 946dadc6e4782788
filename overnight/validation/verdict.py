"""What validation found: one check per expectation, one verdict per partition. Pure values."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

CRITICAL = "critical"
WARNING = "warning"
INFO = "info"


@dataclass(frozen=True, kw_only=True)
class Check:
    """One expectation on one partition, with what was observed.

    `unexpected` counts the rows that broke it, None for expectations about the batch as a whole. A failed row
    rule of severity `warning` quarantines those rows; a failed `critical` one stops the batch.
    """

    expectation: str
    column: str
    severity: str
    success: bool
    observed: str
    unexpected: int | None = None
    is_row_rule: bool = False

    @property
    def name(self) -> str:
        """The rule's name as it stands in the quarantine table, e.g. `expect_column_values_to_be_in_set(origin)`."""
        return f"{self.expectation}({self.column})" if self.column else self.expectation


@dataclass(frozen=True, kw_only=True)
class PartitionVerdict:
    """What became of one partition of one source: its rows, its checks, and why it cannot be used, if so."""

    source: str
    day: date | None
    rows: int
    quarantined: int = 0
    checks: tuple[Check, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether rows of this partition may be read at all."""
        return not self.problems

    @property
    def label(self) -> str:
        """The partition as people write it, e.g. `schedules/2013-07-04`."""
        return f"{self.source}/{self.day}" if self.day else self.source

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "source": self.source,
            "day": self.day.isoformat() if self.day else None,
            "rows": self.rows,
            "quarantined": self.quarantined,
            "checks": [asdict(check) for check in self.checks],
            "problems": list(self.problems),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "PartitionVerdict":
        """The inverse of `as_json`."""
        return cls(
            source=found["source"],
            day=date.fromisoformat(found["day"]) if found["day"] else None,
            rows=found["rows"],
            quarantined=found["quarantined"],
            checks=tuple(Check(**check) for check in found["checks"]),
            problems=tuple(found["problems"]),
        )


# The verdicts of a run: by source, then by partition date (`spec.UNDATED` for undated sources).
Verdicts = Mapping[str, Mapping[date, PartitionVerdict]]
