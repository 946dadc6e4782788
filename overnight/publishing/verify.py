"""Verifying staged files before they are published: the log itself would take a file that is not even there."""

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.parquet as pq

from overnight.errors import BadOutput
from overnight.lake import storage
from overnight.publishing.history import PARTITION
from overnight.runs.result import DataFile


def verify(files: Sequence[DataFile], schema: pa.Schema) -> None:
    """Check that each file is there, whole, and of exactly the table's columns and types.

    Raises:
        BadOutput: one is not; the message names the file and what is wrong with it.
    """
    for file in files:
        if sum(file.uri == other.uri for other in files) > 1:
            raise BadOutput(
                f"{file.uri} is listed twice, which would double its rows. Nothing was published; run the stage score again."
            )
        if problem := _problem(file, schema):
            raise BadOutput(f"{file.uri} {problem}. Nothing was published; run the stage score again.")


def _problem(file: DataFile, schema: pa.Schema) -> str | None:
    system, path = storage.filesystem(file.uri)
    info = system.get_file_info(path)
    if not info.is_file:
        return "is missing"
    if info.size != file.size:
        return f"has {info.size} bytes, {file.size} were written"
    if storage.sha256(file.uri) != file.sha256:
        return "does not hold the bytes that were written: its SHA-256 differs"
    try:
        with pq.ParquetFile(path, filesystem=system) as parquet:
            rows, found = parquet.metadata.num_rows, parquet.schema_arrow
            days = parquet.read([PARTITION]).column(0).unique().to_pylist() if PARTITION in found.names else []
    except (pa.ArrowInvalid, OSError) as error:
        # A store that fails while it is read says nothing about the file.
        if isinstance(error, OSError) and not storage.is_local(file.uri):
            raise
        return f"is no readable Parquet file: {str(error).splitlines()[0]}"
    if rows != file.rows:
        return f"has {rows} rows, {file.rows} were written"
    others = [str(day) for day in days if day != file.day]
    return f"has rows of {', '.join(others[:3])}, not of {file.day}" if others else _schema_problem(found, schema)


def _schema_problem(found: pa.Schema, wanted: pa.Schema) -> str | None:
    types, expected = ({field.name: field.type for field in schema} for schema in (found, wanted))
    differing = sorted(name for name in types.keys() | expected.keys() if types.get(name) != expected.get(name))
    if not differing:
        return None
    told = ", ".join(
        f"{name} is {types.get(name, 'absent')}, the table has {expected.get(name, 'no such column')}" for name in differing
    )
    return f"does not fit the table: {told}"
