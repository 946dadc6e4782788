"""Who published what: the live run of each date, and the commits behind it."""

from collections.abc import Mapping, Sequence
from datetime import date

from overnight.publishing.table import Action, Commit, LiveDate, LiveFile, TableLog

PARTITION = "target_date"


def published(log: TableLog) -> list[LiveDate]:
    """All live dates, sorted; empty dates that were published as such included."""
    files: dict[date, list[LiveFile]] = {}
    for file in log.files():
        files.setdefault(_day(file), []).append(file)
    latest = _latest_publish(log.commits())
    return [_live(day, latest[day], files.get(day, ())) for day in sorted(latest)]


def live(log: TableLog, day: date) -> LiveDate | None:
    """The live run of one date, or None when it has never been published."""
    return next((found for found in published(log) if found.day == day), None)


def commits(log: TableLog, day: date | None = None) -> list[Commit]:
    """Our commits, newest first; those about one date, if one is given."""
    return [commit for commit in log.commits() if day is None or day in commit.dates]


def claimed_by(log: TableLog, day: date) -> str | None:
    """The run that claimed a date last."""
    return next((commit.run_id for commit in commits(log, day) if commit.action == Action.CLAIM), None)


def published_by(log: TableLog, day: date, run_id: str) -> Commit | None:
    """The commit by which a run published a date, live or not; a run has at most one."""
    found = (commit for commit in commits(log, day) if commit.action == Action.PUBLISH and commit.run_id == run_id)
    return next(found, None)


def as_of(log: TableLog, day: date, commit: Commit) -> LiveDate:
    """A date as one of its commits left it, live or not."""
    return _live(day, commit, [file for file in log.files(commit.version) if _day(file) == day])


def _day(file: LiveFile) -> date:
    return date.fromisoformat(file.partition[PARTITION])


def _latest_publish(newest_first: Sequence[Commit]) -> Mapping[date, Commit]:
    latest: dict[date, Commit] = {}
    for commit in newest_first:
        if commit.action == Action.PUBLISH:
            for day in commit.dates:
                latest.setdefault(day, commit)
    return latest


def _live(day: date, commit: Commit, files: Sequence[LiveFile]) -> LiveDate:
    return LiveDate(
        day=day,
        run_id=commit.run_id,
        attempt=commit.attempt,
        rows=sum(file.rows for file in files),
        files=tuple(sorted(file.uri for file in files)),
        version=commit.version,
        committed_at=commit.at,
    )
