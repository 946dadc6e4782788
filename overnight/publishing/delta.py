"""The transaction log of a Delta table, written and read with delta-rs; no Spark, no catalog."""

import json
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake import CommitProperties, DeltaTable, Transaction
from deltalake.exceptions import CommitFailedError, TableNotFoundError
from deltalake.transaction import AddAction

from overnight.errors import ConfigurationError
from overnight.lake import storage
from overnight.publishing.table import Change, Commit, Conflict, LiveFile
from overnight.runs.result import DataFile

NOTE = "overnight"
# A checkpoint must never prune the log: it says who published what, for as long as the table lives.
CONFIGURATION = {"delta.enableExpiredLogCleanup": "false"}
WITH_STATISTICS = (pa.types.is_integer, pa.types.is_floating, pa.types.is_string, pa.types.is_boolean, pa.types.is_date)


class DeltaLog:
    """A Delta table at a URI. Not safe for use by several threads; open one each."""

    def __init__(self, table: DeltaTable, uri: str) -> None:
        self._table = table
        self.uri = uri

    @classmethod
    def open(cls, uri: str) -> "DeltaLog | None":
        """The table at a URI, or None when there is none."""
        try:
            return cls(DeltaTable(uri), uri)
        except TableNotFoundError:
            return None

    @classmethod
    def open_or_create(cls, uri: str, schema: pa.Schema, partition_by: list[str]) -> "DeltaLog":
        """The table at a URI, created if need be.

        Raises:
            ConfigurationError: the table has other columns or types; the message names them.
        """
        found = cls.open(uri)
        if found is None:
            DeltaTable.create(uri, schema, mode="ignore", partition_by=partition_by, configuration=dict(CONFIGURATION))
            found = cls(DeltaTable(uri), uri)
        found._require(schema)
        return found

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
        self.reload()
        self._sync_log()

    def files(self) -> list[LiveFile]:
        """All files of the current version."""
        actions = pa.table(self._table.get_add_actions(flatten=True)).to_pylist()
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
        """Our commits, newest first."""
        return [_commit(entry) for entry in self._table.history() if NOTE in entry]

    def _add(self, file: DataFile, partition: Mapping[str, str]) -> AddAction:
        return AddAction(
            path=file.uri.removeprefix(f"{self.uri}/"),
            size=file.size,
            partition_values=dict(partition),
            modification_time=int(datetime.now(UTC).timestamp() * 1000),
            data_change=True,
            stats=_statistics(file.uri),
        )

    def _require(self, schema: pa.Schema) -> None:
        mine = {field.name: str(field.type) for field in self.schema}
        wanted = {field.name: str(field.type) for field in schema}
        if mine != wanted:
            differing = sorted(name for name in mine.keys() | wanted.keys() if mine.get(name) != wanted.get(name))
            told = "; ".join(f"{name} is {mine.get(name, 'absent')}, wanted {wanted.get(name, 'absent')}" for name in differing)
            raise ConfigurationError(
                f"The table {self.uri} has other columns: {told}. Publish to a new table, or restore the key."
            )

    def _sync_log(self) -> None:
        """delta-rs leaves the entry in the page cache; a power cut must not take back what was acknowledged."""
        if storage.is_local(self.uri):
            entry = f"{self.uri}/_delta_log/{self.version:020d}.json"
            storage.fsync_file(entry)
            storage.fsync_file(f"{self.uri}/_delta_log")


def _commit(entry: Mapping[str, Any]) -> Commit:
    note = json.loads(entry[NOTE])
    return Commit(
        version=entry["version"],
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
            found["minValues"][name], found["maxValues"][name] = (
                value.isoformat() if isinstance(value, date) else value for value in (lowest, highest)
            )
