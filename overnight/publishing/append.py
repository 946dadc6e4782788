"""The side tables (quarantine, profiles, drift): rows of a run and date, replaced as a whole when the run writes again."""

import hashlib
import uuid
from collections.abc import Sequence
from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq

from overnight.lake import storage
from overnight.publishing.delta import DeltaLog
from overnight.publishing.retry import attempts
from overnight.publishing.table import Change, Conflict
from overnight.runs.result import DataFile

PARTITIONS = ["target_date", "run_id"]


def replace_run_rows(uri: str, day: date, run_id: str, files: Sequence[DataFile], schema: pa.Schema) -> None:
    """Make staged files the rows of a run and date; rows of other runs and dates stay.

    Only the predictions' commit makes a run live; readers find its rows here by its `run_id`.

    Raises:
        StoreBusy: other writers kept winning.
    """
    log = DeltaLog.open_or_create(uri, schema, PARTITIONS)
    change = Change(
        files=files,
        replaced={"target_date": day.isoformat(), "run_id": run_id},
        note={"run_id": run_id, "dates": [day.isoformat()], "rows": sum(file.rows for file in files)},
    )
    for _ in attempts(f"Writing {uri} for run {run_id}"):
        log.reload()
        try:
            return log.commit(change)
        except Conflict:
            continue


def replace_run_table(uri: str, day: date, run_id: str, attempt: str, rows: pa.Table) -> None:
    """The same for rows in memory, which become one file."""
    sink = pa.BufferOutputStream()
    pq.write_table(rows, sink, compression="zstd")
    content = sink.getvalue()
    path = f"{uri}/runs/{run_id}/{attempt}/{day.isoformat()}/{uuid.uuid4().hex}.parquet"
    storage.write_bytes(path, content)
    file = DataFile(day, path, rows.num_rows, content.size, hashlib.sha256(content).hexdigest())
    replace_run_rows(uri, day, run_id, [file], rows.schema)
