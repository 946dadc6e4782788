"""The transaction log of a Delta table, written and read with delta-rs; no Spark, no catalog."""

import json
import math
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake import Schema as DeltaSchema
from deltalake.exceptions import CommitFailedError, DeltaError, TableNotFoundError
from deltalake.transaction import AddAction

from overnight.errors import ConfigurationError
from overnight.lake import storage
from overnight.publishing.table import Change, Commit, Conflict, LiveFile
from overnight.runs.result import DataFile

NOTE = "overnight"
# A checkpoint must never prune the log: it says who published what, for as long as the table lives.
CONFIGURATION = {"delta.enableExpiredLogCleanup": "false"}
UTC_MICROS = pa.timestamp("us", tz="UTC")
# Times belong here: deltalake's own dataset takes a missing bound for "no such row", and a filter would lose rows (1.6.6).
WITH_STATISTICS = (
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_boolean,
    pa.types.is_date,
    pa.types.is_timestamp,
)
LONGEST_TEXT = 64
LAST_CHARACTER = "\U0010ffff"
READERS = 8


class DeltaLog:
    """A Delta table at a URI. Not safe for use by several threads; open one each."""

    def __init__(self, table: DeltaTable, uri: str) -> None:
        self._table = table
        self.uri = uri
        self._entries: list[Commit | None] = []

    @classmethod
    def open(cls, uri: str) -> Self | None:
        """The table at a URI, or None when there is none."""
        try:
            return cls(DeltaTable(uri), uri)
        except TableNotFoundError:
            return None

    @classmethod
    def open_or_create(cls, uri: str, schema: pa.Schema, partition_by: list[str]) -> Self:
        """The table at a URI, created if need be.

        Raises:
            ConfigurationError: the table has other columns or types; the message names them.
        """
        found = cls.open(uri)
        if found is None:
            found = cls._create(uri, schema, partition_by)
        found._require(schema, partition_by)
        return found

    @classmethod
    def _create(cls, uri: str, schema: pa.Schema, partition_by: list[str]) -> Self:
        held = pa.schema(DeltaSchema.from_arrow(schema).to_arrow())
        unfit = [
            f"{field.name} is {field.type}"
            for field, as_held in zip(schema, held, strict=True)
            if field.type != as_held.type or (pa.types.is_timestamp(field.type) and field.type != UTC_MICROS)
        ]
        if unfit:
            raise ConfigurationError(
                f"No table is created at {uri}, since not every reader would get these columns back: {', '.join(unfit)}. "
                f"Cast them first, times to {UTC_MICROS}."
            )
        try:
            # A retry inside delta-rs would commit the loser's metadata, a second table id, on top of the winner's.
            once = CommitProperties(max_commit_retries=0)
            DeltaTable.create(uri, schema, partition_by=partition_by, configuration=dict(CONFIGURATION), commit_properties=once)
        except DeltaError:
            # Several runs may open a new pipeline's table at once, and all but one lose.
            if (winner := cls.open(uri)) is None:
                raise
            return winner
        created = cls(DeltaTable(uri), uri)
        created.sync(0)
        return created

    @property
    def schema(self) -> pa.Schema:
        """The table's columns."""
        return pa.schema(self._table.schema().to_arrow())

    @property
    def version(self) -> int:
        """The version last seen."""
        return int(self._table.version())

    def reload(self) -> None:
        """See the newest version."""
        self._table.update_incremental()

    def token(self, app: str) -> int:
        """The highest token ever claimed for an application id; 0 before the first."""
        return self._table.transaction_version(app) or 0

    def commit(self, change: Change) -> None:
        """Try once to commit a change on top of the version last seen, and force the log entry to disk."""
        properties = CommitProperties(
            custom_metadata={NOTE: json.dumps(change.note, sort_keys=True, default=str)},
            app_transactions=[Transaction(app, token) for app, token in change.tokens.items()],
            max_commit_retries=0,
        )
        filters = [(column, "=", value) for column, value in change.replaced.items()]
        try:
            self._table.create_write_transaction(
                [self._add(file, change.replaced) for file in change.files],
                "overwrite" if filters else "append",
                self.schema,
                self._table.metadata().partition_columns,
                filters or None,
                commit_properties=properties,
            )
        except CommitFailedError as error:
            raise Conflict(str(error)) from error
        # delta-rs does not retry, so a commit lands right on top of the version that was loaded, or not at all.
        self.sync(self.version + 1)
        self.reload()

    def files(self, version: int | None = None) -> list[LiveFile]:
        """All files of the version last seen, or of an earlier one."""
        table = self._table if version in (None, self.version) else DeltaTable(self.uri, version=version)
        adds = pa.table(table.get_add_actions(flatten=True))
        wanted = [name for name in adds.column_names if name in ("path", "num_records") or name.startswith("partition.")]
        actions = adds.select(wanted).to_pylist()
        return [
            LiveFile(
                uri=f"{self.uri}/{action['path']}",
                rows=action["num_records"],
                partition={
                    name.removeprefix("partition."): str(value) for name, value in action.items() if name.startswith("partition.")
                },
            )
            for action in actions
        ]

    def commits(self) -> list[Commit]:
        """Our commits up to the version last seen, newest first.

        Entries never change, so each is read once. `DeltaTable.history` (1.6.6) will not do: when others have committed
        since the last reload, it lists their commits too, all under wrong version numbers.
        """
        unread = range(len(self._entries), self.version + 1)
        if unread:
            with ThreadPoolExecutor(READERS) as pool:
                self._entries.extend(pool.map(self._read_commit, unread))
        return [commit for commit in reversed(self._entries) if commit is not None]

    def sync(self, version: int) -> None:
        """Force a log entry to disk; delta-rs leaves it in the page cache, and a power cut must not take back a promise."""
        if storage.is_local(self.uri):
            storage.fsync_file(self._entry(version))
            storage.fsync_file(f"{self.uri}/_delta_log")

    def _add(self, file: DataFile, partition: Mapping[str, str]) -> AddAction:
        return AddAction(
            path=file.uri.removeprefix(f"{self.uri}/"),
            size=file.size,
            partition_values=dict(partition),
            modification_time=int(datetime.now(UTC).timestamp() * 1000),
            data_change=True,
            stats=_statistics(file.uri),
        )

    def _require(self, schema: pa.Schema, partition_by: list[str]) -> None:
        # Types are compared as types: their spelling differs in the names of a list's items, which mean nothing.
        mine = {field.name: field.type for field in self.schema}
        wanted = {field.name: field.type for field in schema}
        if mine != wanted:
            differing = sorted(name for name in mine.keys() | wanted.keys() if mine.get(name) != wanted.get(name))
            told = "; ".join(f"{name} is {mine.get(name, 'absent')}, wanted {wanted.get(name, 'absent')}" for name in differing)
            raise ConfigurationError(
                f"The table {self.uri} has other columns: {told}. Publish to a new table, or restore the key."
            )
        partitions = self._table.metadata().partition_columns
        if partitions != partition_by:
            raise ConfigurationError(f"The table {self.uri} is partitioned by {partitions}, not {partition_by}. Use a new table.")

    def _entry(self, version: int) -> str:
        return f"{self.uri}/_delta_log/{version:020d}.json"

    def _read_commit(self, version: int) -> Commit | None:
        try:
            actions = map(json.loads, storage.read_bytes(self._entry(version)).splitlines())
        except FileNotFoundError as error:
            raise ConfigurationError(
                f"The log entry {self._entry(version)} is gone, so nobody knows who published what. "
                "Restore it from a backup, and let no tool clean up this log."
            ) from error
        info: dict[str, Any] = next((action["commitInfo"] for action in actions if "commitInfo" in action), {})
        return _commit(info, version) if NOTE in info else None


def _commit(entry: Mapping[str, Any], version: int) -> Commit:
    note = json.loads(entry[NOTE])
    return Commit(
        version=version,
        at=datetime.fromtimestamp(entry["timestamp"] / 1000, UTC),
        action=note.get("action", ""),
        run_id=note.get("run_id", ""),
        attempt=note.get("attempt", ""),
        dates=tuple(date.fromisoformat(day) for day in note.get("dates", ())),
        rows=note.get("rows", 0),
    )


def _statistics(uri: str) -> str:
    """Row count, minimum, maximum and nulls per column, from a file's footer, as Delta readers use them to skip files."""
    system, path = storage.filesystem(uri)
    with pq.ParquetFile(path, filesystem=system) as parquet:
        footer, schema = parquet.metadata, parquet.schema_arrow
    found: dict[str, Any] = {"numRecords": footer.num_rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    for field in schema:
        if any(suits(field.type) for suits in WITH_STATISTICS):
            _add_column(found, field.name, [_column(footer, group, field.name) for group in range(footer.num_row_groups)])
    return json.dumps(found)


def _column(footer: Any, group: int, name: str) -> Any:
    row_group = footer.row_group(group)
    columns = (row_group.column(index) for index in range(row_group.num_columns))
    return next(column.statistics for column in columns if column.path_in_schema == name)


def _add_column(found: dict[str, Any], name: str, groups: Sequence[Any]) -> None:
    if not groups or any(group is None or not group.has_null_count for group in groups):
        return
    found["nullCount"][name] = sum(group.null_count for group in groups)
    if all(group.has_min_max for group in groups):
        lowest, highest = min(group.min for group in groups), max(group.max for group in groups)
        if not any(isinstance(value, float) and not math.isfinite(value) for value in (lowest, highest)):
            found["minValues"][name], found["maxValues"][name] = _spelt(lowest), _spelt(highest, upper=True)


def _spelt(value: Any, *, upper: bool = False) -> Any:
    """A bound as Delta spells it. A long text is cut to a bound that still holds, for the log's sake."""
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        return value[:LONGEST_TEXT] + (LAST_CHARACTER if upper else "")
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, date) else value
