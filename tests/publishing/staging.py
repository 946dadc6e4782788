"""Predictions for these tests: a small schema, files staged as a scoring attempt would, and what readers get back."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from overnight.publishing.commit import publish_date
from overnight.publishing.delta import DeltaLog
from overnight.publishing.table import LiveDate
from overnight.runs.result import DataFile

JULY_3, JULY_4, JULY_5 = date(2013, 7, 3), date(2013, 7, 4), date(2013, 7, 5)
SCORED_AT = datetime(2013, 7, 4, 5, 0, 12, 345678, tzinfo=UTC)
SCHEMA = pa.schema(
    [
        pa.field("flight", pa.int32()),
        pa.field("origin", pa.string()),
        pa.field("target_date", pa.date32()),
        pa.field("score", pa.float64()),
        pa.field("late", pa.bool_()),
        pa.field("run_id", pa.string()),
        pa.field("scored_at", pa.timestamp("us", tz="UTC")),
    ]
)


Log = TypeVar("Log", bound=DeltaLog)


def opened(kind: type[Log], uri: str) -> Log:
    """The table as another process sees it, or a log that misbehaves."""
    log = kind.open(uri)
    assert isinstance(log, kind)
    return log


def predictions(day: date, run_id: str, scores: Sequence[float]) -> pa.Table:
    """One row per score; flights are numbered from 1."""
    return pa.Table.from_pylist(
        [
            {
                "flight": number,
                "origin": "JFK",
                "target_date": day,
                "score": score,
                "late": score > 0.5,
                "run_id": run_id,
                "scored_at": SCORED_AT,
            }
            for number, score in enumerate(scores, start=1)
        ],
        schema=SCHEMA,
    )


def stage(log: DeltaLog, day: date, run_id: str, scores: Sequence[float], attempt: str = "a1", name: str = "part-0") -> DataFile:
    """Write a file where an attempt of a run writes it."""
    return stage_table(log, day, run_id, predictions(day, run_id, scores), attempt, name)


def stage_table(log: DeltaLog, day: date, run_id: str, rows: pa.Table, attempt: str = "a1", name: str = "part-0") -> DataFile:
    """Write any table where an attempt of a run writes it."""
    target = Path(f"{log.uri}/runs/{run_id}/{attempt}/{day}/{name}.parquet")
    target.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(rows, target)
    content = target.read_bytes()
    return DataFile(day, str(target), rows.num_rows, len(content), hashlib.sha256(content).hexdigest())


def publish(log: DeltaLog, day: date, run_id: str, token: int, files: Sequence[DataFile], attempt: str = "a1") -> LiveDate:
    """Publish staged files without metadata of their own."""
    return publish_date(log, day=day, run_id=run_id, attempt=attempt, token=token, files=files, metadata={})


def scores_of(uri: str) -> dict[date, list[float]]:
    """What a reader who opens the table anew finds: the scores per date, in order of the flight."""
    log = opened(DeltaLog, uri)
    found: dict[date, list[tuple[int, float]]] = {}
    for file in log.files():
        rows = pq.ParquetFile(file.uri).read().to_pylist()
        found.setdefault(date.fromisoformat(file.partition["target_date"]), []).extend(
            (row["flight"], row["score"]) for row in rows
        )
    return {day: [score for _, score in sorted(rows)] for day, rows in sorted(found.items())}
