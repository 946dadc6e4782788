"""What publishing needs of a transaction log, and the values it speaks in; the real log and a simulated one implement it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

import pyarrow as pa

from overnight.runs.result import DataFile


class Action(StrEnum):
    """What a commit to the predictions' table was for."""

    CLAIM = "claim"
    PUBLISH = "publish"


@dataclass(frozen=True)
class LiveDate:
    """The run that readers of a date see: its files (absolute URIs), and the commit that made it live."""

    day: date
    run_id: str
    attempt: str
    rows: int
    files: tuple[str, ...]
    version: int
    committed_at: datetime


@dataclass(frozen=True)
class Commit:
    """One of our commits, as the log remembers it; commits of others are not listed."""

    version: int
    at: datetime
    action: str
    run_id: str
    attempt: str
    dates: tuple[date, ...]
    rows: int


@dataclass(frozen=True)
class LiveFile:
    """A file of the current version: its URI, its rows, and its partition values."""

    uri: str
    rows: int
    partition: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Change:
    """One atomic change: files that replace all files of a partition, under fencing tokens, with a note for history.

    Without `replaced` nothing is replaced, as in a claim.
    """

    files: Sequence[DataFile] = ()
    replaced: Mapping[str, str] = field(default_factory=dict)
    tokens: Mapping[str, int] = field(default_factory=dict)
    note: Mapping[str, object] = field(default_factory=dict)


class Conflict(Exception):
    """Somebody else committed between our reading of the log and our commit; nothing of ours was written."""


class TableLog(Protocol):
    """A table's transaction log. Reads answer for the version that `reload` last saw."""

    @property
    def uri(self) -> str:
        """The table's root."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """The table's columns."""
        ...

    def reload(self) -> None:
        """See the newest version."""
        ...

    def token(self, app: str) -> int:
        """The highest token ever claimed for an application id; 0 before the first."""
        ...

    def commit(self, change: Change) -> None:
        """Try once to commit a change on top of the version last seen.

        Raises:
            Conflict: the log has moved. Any other exception leaves open whether the change has landed.
        """
        ...

    def files(self, version: int | None = None) -> list[LiveFile]:
        """All files of the version last seen, or of an earlier one."""
        ...

    def commits(self) -> list[Commit]:
        """Our commits up to the version last seen, newest first."""
        ...

    def sync(self, version: int) -> None:
        """Make a commit that has been seen survive a power cut."""
        ...


def application(day: date) -> str:
    """The application id under which tokens for a date are claimed and committed."""
    return f"predictions/{day.isoformat()}"
