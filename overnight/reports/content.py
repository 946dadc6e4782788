"""What a page shows: plain values about one date, collected elsewhere, written as they are."""

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from overnight.monitoring.drift import DateDrift
from overnight.validation.verdict import PartitionVerdict

UNKNOWN = "unknown"


@dataclass(frozen=True)
class QuarantineReason:
    """How many rows of a source broke one rule; a row that broke two counts in both."""

    source: str
    rule: str
    rows: int


@dataclass(frozen=True)
class StageTiming:
    """How long the attempt of a stage that counted took, in seconds."""

    stage: str
    attempt: str
    seconds: float


@dataclass(frozen=True, kw_only=True)
class DateSummary:
    """One line of the index: what became of a date. `verdict` is drift's, `unknown` where it was not measured."""

    pipeline: str
    day: date
    state: str
    verdict: str
    rows_scored: int
    rows_quarantined: int
    model_version: str
    run_id: str

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {**asdict(self), "day": self.day.isoformat()}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "DateSummary":
        """The inverse of `as_json`; fields that a newer version added are left out.

        Raises:
            KeyError: a field is missing.
            ValueError: the day is no date.
        """
        known = {field.name: found[field.name] for field in dataclasses.fields(cls)}
        return cls(**{**known, "day": date.fromisoformat(known["day"])})


@dataclass(frozen=True, kw_only=True)
class DateReport:
    """Everything that the page of one date says.

    `state` is what this run did: `published` the date, `stopped` it for a reason in the data or the scores, or
    `failed` on the way; `reason` says why when it is not published. `rows_in` are the population's rows, and of a
    published date the sum of the other three counts. `metrics` are the model's on dates it had not seen, those of
    its baseline under `baseline_<name>`. `volume` holds the published rows of up to 30 dates, this one included
    when it is live.
    """

    pipeline: str
    description: str
    day: date
    state: str
    reason: str | None
    run_id: str
    opened_at: datetime
    model_name: str
    model_version: str
    model_digest: str
    trained_on: str
    metrics: Mapping[str, float]
    libraries: Mapping[str, str]
    rows_in: int
    rows_quarantined: int
    rows_excluded: int
    rows_scored: int
    partitions: tuple[PartitionVerdict, ...]
    warnings: tuple[str, ...] = ()
    quarantine: tuple[QuarantineReason, ...] = ()
    drift: DateDrift | None = None
    volume: tuple[tuple[date, int], ...] = ()
    stages: tuple[StageTiming, ...] = ()

    def summary(self) -> DateSummary:
        """The date's line in the index."""
        return DateSummary(
            pipeline=self.pipeline,
            day=self.day,
            state=self.state,
            verdict=str(self.drift.verdict) if self.drift else UNKNOWN,
            rows_scored=self.rows_scored,
            rows_quarantined=self.rows_quarantined,
            model_version=self.model_version,
            run_id=self.run_id,
        )

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types; numbers that JSON does not know (NaN, infinities) become null."""
        return {field.name: _plain(getattr(self, field.name)) for field in dataclasses.fields(self)}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    if isinstance(value, (tuple, list)):
        return [_plain(each) for each in value]
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, str):
        return str(value)
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else None
    return value
