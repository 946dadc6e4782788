"""The side tables (quarantine, profiles, drift): rows of a run and date, replaced as a whole when the run writes again."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from overnight.errors import BadOutput
from overnight.lake import storage
from overnight.publishing.commit import check_staged, make_durable
from overnight.publishing.delta import DeltaLog
from overnight.publishing.retry import commit_until_seen
from overnight.publishing.table import Change
from overnight.publishing.verify import verify
from overnight.runs.result import DataFile

PARTITIONS = ["target_date", "run_id"]


def replace_run_rows(uri: str, day: date, run_id: str, files: Sequence[DataFile], schema: pa.Schema) -> None:
    """Make staged files the rows of a run and date; rows of other runs and dates stay.

    Only the predictions' commit makes a run live; readers find its rows here by its `run_id`.

    Raises:
        BadOutput: a file is not what its writer said.
        ConfigurationError: the table has other columns.
        StoreBusy: other writers kept winning, or the store kept failing.
    """
    log = DeltaLog.open_or_create(uri, schema, PARTITIONS)
    check_staged(files, day, f"{uri}/runs/{run_id}")
    verify(files, log.schema)
    make_durable(files, uri)
    partition = {"target_date": day.isoformat(), "run_id": run_id}
    name = uuid.uuid4().hex

    def landed() -> int | None:
        # A file cannot be replaced by itself: a retry with the files that are there has nothing left to do.
        if files and {file.uri for file in log.files() if file.partition == partition} == {file.uri for file in files}:
            return log.version
        return next((commit.version for commit in log.commits() if commit.attempt == name), None)

    def offer() -> Change:
        rows = sum(file.rows for file in files)
        note = {"action": "replace", "run_id": run_id, "attempt": name, "dates": [day.isoformat()], "rows": rows}
        return Change(files=files, replaced=partition, note=note)

    log.sync(commit_until_seen(log, f"Writing {uri} for run {run_id}", landed, offer))


def replace_run_table(uri: str, day: date, run_id: str, attempt: str, rows: pa.Table) -> None:
    """The same for rows in memory, which become one file; none take away what was there.

    Raises:
        BadOutput: rows are of another date or run.
    """
    for column, value in (("target_date", day), ("run_id", run_id)):
        others = [each for each in rows[column].unique().to_pylist() if each != value]
        if others:
            raise BadOutput(f"Rows for {day} of run {run_id} have {column} {others[:3]}. Write each date and run by itself.")
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    content = sink.getvalue()
    path = f"{uri}/runs/{run_id}/{attempt}/{day.isoformat()}/{uuid.uuid4().hex}.parquet"
    storage.write_bytes(path, content)
    file = DataFile(day, path, rows.num_rows, content.size, hashlib.sha256(content).hexdigest())
    replace_run_rows(uri, day, run_id, [file], rows.schema)
