"""The run: which dates, which model, which inputs. Fixed once in an immutable `run.json`, then only read."""

import secrets
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from overnight.lake import storage
from overnight.lake.storage import FileRef, Files
from overnight.lake.uris import Lake
from overnight.runs.fingerprint import Fingerprint
from overnight.runs.result import StageResult, Stop
from overnight.stages import Stage


@dataclass(frozen=True)
class Claim:
    """One target date of a run: the token that fences earlier runs off it, and what its result depends on."""

    day: date
    token: int
    fingerprint: Fingerprint


@dataclass(frozen=True)
class ModelRef:
    """The model version a run scores with; `digest` is the SHA-256 of the bundle's manifest."""

    name: str
    version: str
    digest: str
    uri: str


@dataclass(frozen=True)
class Run:
    """One execution of the stages over one or more target dates.

    `inputs` lists, per source and partition date (`spec.UNDATED` for undated sources), the files as they were
    when the run opened. `reopens` names the published run whose stage was executed again.
    """

    run_id: str
    pipeline: str
    lake: Lake
    opened_at: datetime
    claims: tuple[Claim, ...]
    model: ModelRef
    inputs: Files
    reopens: str | None = None

    @property
    def uri(self) -> str:
        """The URI of this run's manifest, which is all that a stage receives."""
        return self.lake.manifest(self.pipeline, self.run_id)

    @property
    def dates(self) -> tuple[date, ...]:
        """The target dates, in order."""
        return tuple(claim.day for claim in self.claims)

    def claim(self, day: date) -> Claim:
        """The claim of one of the run's dates."""
        return next(claim for claim in self.claims if claim.day == day)

    def save(self) -> None:
        """Write `run.json`, after whatever it promises has been done."""
        storage.write_json(self.uri, self.as_json())

    def as_json(self) -> dict[str, Any]:
        """The manifest's content: plain JSON types, no secrets."""
        return {
            **{name: getattr(self, name) for name in ("run_id", "pipeline", "reopens")},
            "lake": self.lake.root,
            "opened_at": self.opened_at.isoformat(),
            "claims": [{"day": c.day.isoformat(), "token": c.token, "fingerprint": asdict(c.fingerprint)} for c in self.claims],
            "model": asdict(self.model),
            "inputs": {
                source: {day.isoformat(): [asdict(file) for file in files] for day, files in partitions.items()}
                for source, partitions in self.inputs.items()
            },
        }

    @classmethod
    def load(cls, uri: str) -> "Run":
        """Read a run's manifest; of a run that was reopened, the latest one.

        Raises:
            FileNotFoundError: there is no manifest at the URI.
        """
        run = cls.read(uri)
        successor = f"{uri.rpartition('/')[0]}/reopened_as.json"
        return cls.load(storage.read_json(successor)["uri"]) if storage.exists(successor) else run

    @classmethod
    def read(cls, uri: str) -> "Run":
        """Read exactly the manifest at the URI."""
        found = storage.read_json(uri)
        return cls(
            run_id=found["run_id"],
            pipeline=found["pipeline"],
            lake=Lake(found["lake"]),
            opened_at=datetime.fromisoformat(found["opened_at"]),
            claims=tuple(
                Claim(date.fromisoformat(c["day"]), c["token"], Fingerprint(**c["fingerprint"])) for c in found["claims"]
            ),
            model=ModelRef(**found["model"]),
            inputs={
                source: {date.fromisoformat(day): tuple(FileRef(**file) for file in files) for day, files in partitions.items()}
                for source, partitions in found["inputs"].items()
            },
            reopens=found["reopens"],
        )

    def reopened(self, run_id: str, tokens: Mapping[date, int]) -> "Run":
        """A new run of the same dates, model and inputs under new claims, to which this run's URI leads from now on."""
        again = replace(
            self,
            run_id=run_id,
            opened_at=datetime.now(UTC),
            claims=tuple(replace(claim, token=tokens[claim.day]) for claim in self.claims),
            reopens=self.run_id,
        )
        for stage in (Stage.VALIDATE, Stage.BUILD_FEATURES, Stage.SCORE):
            result = self.result(stage)
            if result is not None:
                storage.write_json(self.lake.result(self.pipeline, again.run_id, stage), result.as_json())
        again.save()
        storage.write_json(f"{self.uri.rpartition('/')[0]}/reopened_as.json", {"uri": again.uri})
        return again

    def result(self, stage: Stage) -> StageResult | None:
        """What the latest successful attempt of a stage says, or None before there is one."""
        uri = self.lake.result(self.pipeline, self.run_id, stage)
        return StageResult.from_json(storage.read_json(uri)) if storage.exists(uri) else None

    def result_of(self, stage: Stage) -> StageResult:
        """What a stage that must have run says.

        Raises:
            FileNotFoundError: the stage has not succeeded in this run.
        """
        result = self.result(stage)
        if result is None:
            raise FileNotFoundError(f"Run {self.run_id} has no result of {stage}. Run that stage first.")
        return result

    def live_dates(self, stage: Stage) -> tuple[date, ...]:
        """The dates that every stage before this one let through."""
        stopped = {day for earlier in stage.earlier for day in self.result_of(earlier).stopped}
        return tuple(day for day in self.dates if day not in stopped)

    def stops(self) -> dict[date, Stop]:
        """The dates that some stage stopped, and why."""
        results = (self.result(stage) for stage in Stage)
        return {day: stop for result in results if result for day, stop in result.stopped.items()}


def new_run_id() -> str:
    """A fresh id that sorts by the time the run was opened, e.g. `20130704T050012Z-9f31c2`."""
    return f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{secrets.token_hex(4)}"
