"""Making a date live: one commit that replaces the date's files, under the token of its run's claim."""

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from overnight.errors import StoreBusy, Superseded
from overnight.lake import storage
from overnight.publishing import history
from overnight.publishing.history import PARTITION
from overnight.publishing.retry import attempts
from overnight.publishing.table import Action, Change, Conflict, LiveDate, TableLog, application
from overnight.runs.result import DataFile


def publish_date(
    log: TableLog,
    *,
    day: date,
    run_id: str,
    attempt: str,
    token: int,
    files: Sequence[DataFile],
    metadata: Mapping[str, str],
) -> LiveDate:
    """Publish verified files as a date's result; an attempt that has published the date already succeeds again.

    Raises:
        Superseded: a newer run has claimed the date.
        StoreBusy: other writers kept winning.
    """
    _sync(files)
    note = {
        **metadata,
        "action": Action.PUBLISH,
        "run_id": run_id,
        "attempt": attempt,
        "dates": [day.isoformat()],
        "rows": sum(file.rows for file in files),
    }
    change = Change(files=files, replaced={PARTITION: day.isoformat()}, tokens={application(day): token}, note=note)
    for _ in attempts(f"Publishing {day} for run {run_id}"):
        log.reload()
        if done := _published_by(log, day, run_id, attempt):
            return done
        _require_token(log, day, run_id, token)
        try:
            log.commit(change)
        except Conflict:
            continue
        except Exception:
            # The commit may have landed although its acknowledgement was lost: only the log knows.
            log.reload()
            if done := _published_by(log, day, run_id, attempt):
                return done
            raise
    raise StoreBusy("unreachable")


def _published_by(log: TableLog, day: date, run_id: str, attempt: str) -> LiveDate | None:
    found = history.live(log, day)
    return found if found and (found.run_id, found.attempt) == (run_id, attempt) else None


def _require_token(log: TableLog, day: date, run_id: str, token: int) -> None:
    current = log.token(application(day))
    if current != token:
        raise Superseded(
            f"Run {run_id} may no longer publish {day}: run {history.claimed_by(log, day)} claimed the date later "
            f"(token {current}, ours is {token}). Nothing is to be done; that run's result counts."
        )


def _sync(files: Sequence[DataFile]) -> None:
    """Files, and the folders that name them, must be on disk before the log says that they are there."""
    folders = set()
    for file in files:
        storage.fsync_file(file.uri)
        if storage.is_local(file.uri):
            folders |= set(Path(file.uri).parents[:4])
    for folder in folders:
        storage.fsync_folder(folder)
