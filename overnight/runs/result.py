"""What a stage says it did: the files that its successful tasks returned, and what it found per date."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any

from overnight.stages import Stage


@dataclass(frozen=True)
class DataFile:
    """One immutable Parquet file of one date, with what its writer knew about it; working files carry no hash."""

    day: date
    uri: str
    rows: int
    size: int
    sha256: str = ""


@dataclass(frozen=True)
class Stop:
    """Why a date goes no further, and the exit code that says whether trying again can help."""

    reason: str
    code: int


@dataclass(frozen=True, kw_only=True)
class StageResult:
    """The outcome of one attempt of one stage.

    `folder` is where the attempt put its working files. `stopped` holds the dates that go no further, and why;
    `facts` the stage's findings per date (ISO), as plain JSON, e.g. row counts or profiles.
    """

    stage: Stage
    attempt: str
    folder: str = ""
    files: tuple[DataFile, ...] = ()
    stopped: Mapping[date, Stop] = field(default_factory=dict)
    facts: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    seconds: float = 0.0

    def files_of(self, day: date) -> tuple[DataFile, ...]:
        """The files of one date."""
        return tuple(file for file in self.files if file.day == day)

    def rows_of(self, day: date) -> int:
        """The rows in the files of one date."""
        return sum(file.rows for file in self.files_of(day))

    def facts_of(self, day: date) -> Mapping[str, Any]:
        """The stage's findings about one date; empty when it has none."""
        return self.facts.get(day.isoformat(), {})

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "stage": str(self.stage),
            "attempt": self.attempt,
            "folder": self.folder,
            "files": [{**asdict(file), "day": file.day.isoformat()} for file in self.files],
            "stopped": {day.isoformat(): asdict(stop) for day, stop in self.stopped.items()},
            "facts": {day: dict(facts) for day, facts in self.facts.items()},
            "seconds": round(self.seconds, 3),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "StageResult":
        """The inverse of `as_json`."""
        return cls(
            stage=Stage(found["stage"]),
            attempt=found["attempt"],
            folder=found["folder"],
            files=tuple(DataFile(**{**file, "day": date.fromisoformat(file["day"])}) for file in found["files"]),
            stopped={date.fromisoformat(day): Stop(**stop) for day, stop in found["stopped"].items()},
            facts=found["facts"],
            seconds=found["seconds"],
        )
