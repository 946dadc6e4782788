"""Making a date live: one commit that replaces the date's files, under the token of its run's claim."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path

from overnight.errors import BadOutput, Superseded, UsageError
from overnight.lake import storage
from overnight.publishing import history
from overnight.publishing.history import PARTITION
from overnight.publishing.retry import commit_until_seen
from overnight.publishing.table import Action, Change, LiveDate, TableLog, application
from overnight.runs.result import DataFile

# Everything else would have to be escaped in the log, and readers disagree on how.
PLAIN_PATH = re.compile(r"(?!.*(^|/)\.\.?(/|$))[A-Za-z0-9._=/-]+")


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
    """Publish verified files as a date's result; without files the date becomes empty.

    A run publishes a date once. If the log shows that it has, whichever its attempt, that is the answer, even when a
    newer run has replaced it since.

    Raises:
        Superseded: a newer run has claimed the date. Nothing was changed.
        BadOutput: a file is missing, or of another date.
        StoreBusy: other writers kept winning, or the store kept failing. The staged files stay for a retry.
    """
    check_staged(files, day, f"{log.uri}/runs/{run_id}/{attempt}/{day.isoformat()}")
    make_durable(files, log.uri)

    def offer() -> Change:
        _require_token(log, day, run_id, token)
        note = {
            **metadata,
            "action": Action.PUBLISH,
            "run_id": run_id,
            "attempt": attempt,
            "dates": [day.isoformat()],
            "rows": sum(file.rows for file in files),
        }
        return Change(files=files, replaced={PARTITION: day.isoformat()}, tokens={application(day): token}, note=note)

    what = f"Publishing {day} for run {run_id}"
    commit = commit_until_seen(log, what, lambda: history.published_by(log, day, run_id), offer)
    log.sync(commit.version)
    return history.as_of(log, day, commit)


def check_staged(files: Sequence[DataFile], day: date, folder: str) -> None:
    """Refuse files of another date, and files from outside the folder that only this run or attempt writes to.

    Raises:
        BadOutput: a file belongs to another date.
        UsageError: a file lies elsewhere, or its path would have to be escaped in the log.
    """
    for file in files:
        if file.day != day:
            raise BadOutput(f"{file.uri} holds {file.day} and cannot be published as {day}. Publish it under its own date.")
        below = file.uri.removeprefix(f"{folder}/")
        if below == file.uri or not PLAIN_PATH.fullmatch(below):
            raise UsageError(f"{file.uri} was not staged in {folder}. Stage each attempt's files in its own folder.")


def make_durable(files: Sequence[DataFile], root: str) -> None:
    """Files, and the folders that lead to them below `root`, must be on disk before the log says that they are there.

    Raises:
        BadOutput: a file is not there.
    """
    if not storage.is_local(root):
        return
    folders: set[Path] = set()
    for file in files:
        try:
            storage.fsync_file(file.uri)
        except FileNotFoundError as error:
            raise BadOutput(f"{file.uri} is missing. Nothing was published; run the stage score again.") from error
        folders.update(folder for folder in Path(file.uri).parents if folder.is_relative_to(root))
    for folder in sorted(folders, reverse=True):
        storage.fsync_folder(folder)


def _require_token(log: TableLog, day: date, run_id: str, token: int) -> None:
    current = log.token(application(day))
    if current != token:
        raise Superseded(
            f"Run {run_id} may no longer publish {day}: run {history.claimed_by(log, day)} claimed the date later "
            f"(token {current}, ours is {token}). Nothing is to be done; that run's result counts."
        )
