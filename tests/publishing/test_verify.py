"""Verification: whatever happened to a staged file, it is refused by name before it could be committed."""

import hashlib
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from overnight.errors import BadOutput
from overnight.publishing.delta import DeltaLog
from overnight.publishing.verify import verify
from overnight.runs.result import DataFile

from .staging import JULY_4, JULY_5, SCHEMA, predictions, stage, stage_table


@pytest.fixture
def file(log: DeltaLog) -> DataFile:
    """A sound file of three rows."""
    return stage(log, JULY_4, "run", [0.1, 0.2, 0.3])


def test_sound_files_pass(log: DeltaLog, file: DataFile) -> None:
    """Files as their writer described them raise nothing, against the declared schema and the table's own alike."""
    verify([file, stage(log, JULY_4, "run", [0.4], name="part-1")], SCHEMA)
    verify([file], log.schema)


def test_a_missing_file_is_refused_by_name(file: DataFile) -> None:
    """A file that is not there is named."""
    Path(file.uri).unlink()
    with pytest.raises(BadOutput, match=r"part-0\.parquet is missing"):
        verify([file], SCHEMA)


def test_a_truncated_file_is_refused_by_name(file: DataFile) -> None:
    """A file that lost its last 10 bytes is named, with both sizes."""
    content = Path(file.uri).read_bytes()
    Path(file.uri).write_bytes(content[:-10])
    with pytest.raises(BadOutput, match=rf"part-0\.parquet has {file.size - 10} bytes, {file.size} were written"):
        verify([file], SCHEMA)


def test_a_zero_byte_file_is_refused_by_name(file: DataFile) -> None:
    """An emptied file is named."""
    Path(file.uri).write_bytes(b"")
    with pytest.raises(BadOutput, match=r"part-0\.parquet has 0 bytes"):
        verify([file], SCHEMA)


@pytest.mark.parametrize("position", [0, 40, -20, -1])
def test_a_flipped_bit_is_refused_by_name(file: DataFile, position: int) -> None:
    """One flipped bit anywhere in the file, size unchanged, changes the SHA-256."""
    content = bytearray(Path(file.uri).read_bytes())
    content[position] ^= 1
    Path(file.uri).write_bytes(content)
    with pytest.raises(BadOutput, match=r"part-0\.parquet does not hold the bytes that were written"):
        verify([file], SCHEMA)


def test_a_file_without_a_hash_is_refused(file: DataFile) -> None:
    """A file whose writer recorded no SHA-256 cannot be verified."""
    with pytest.raises(BadOutput, match="SHA-256"):
        verify([replace(file, sha256="")], SCHEMA)


def test_a_wrong_row_count_is_refused_by_name(file: DataFile) -> None:
    """A footer that counts other rows than the writer did is named, with both counts."""
    with pytest.raises(BadOutput, match=r"part-0\.parquet has 3 rows, 4 were written"):
        verify([replace(file, rows=4)], SCHEMA)


def test_float32_in_a_double_column_is_refused(log: DeltaLog) -> None:
    """A float column where the table has a double passes silently elsewhere; here it names file, column and both types."""
    rows = predictions(JULY_4, "run", [0.1])
    narrow = rows.set_column(3, "score", rows["score"].cast(pa.float32()))
    with pytest.raises(BadOutput, match=r"part-0\.parquet does not fit the table: score is float, the table has double"):
        verify([stage_table(log, JULY_4, "run", narrow)], SCHEMA)


def test_missing_and_unknown_columns_are_refused(log: DeltaLog) -> None:
    """A renamed column is reported as one missing and one unknown."""
    rows = predictions(JULY_4, "run", [0.1])
    renamed = rows.rename_columns(["probability" if name == "score" else name for name in rows.column_names])
    with pytest.raises(BadOutput, match="probability is double, the table has no such column, score is absent"):
        verify([stage_table(log, JULY_4, "run", renamed)], SCHEMA)


def test_nanoseconds_are_refused(log: DeltaLog) -> None:
    """Times in nanoseconds, which not every reader can read, are refused."""
    rows = predictions(JULY_4, "run", [0.1])
    fine = rows.set_column(6, "scored_at", rows["scored_at"].cast(pa.timestamp("ns", tz="UTC")))
    with pytest.raises(BadOutput, match=r"scored_at is timestamp\[ns, tz=UTC\]"):
        verify([stage_table(log, JULY_4, "run", fine)], SCHEMA)


def test_rows_of_another_date_are_refused(log: DeltaLog) -> None:
    """A file that is said to be of one date but holds another one's rows is named, with that date."""
    mixed = pa.concat_tables([predictions(JULY_4, "run", [0.1]), predictions(JULY_5, "run", [0.2])])
    with pytest.raises(BadOutput, match=r"part-0\.parquet has rows of 2013-07-05"):
        verify([stage_table(log, JULY_4, "run", mixed)], SCHEMA)


def test_garbage_with_the_right_hash_is_refused(log: DeltaLog, file: DataFile) -> None:
    """A file whose writer hashed garbage is no Parquet file, and is named."""
    Path(file.uri).write_bytes(b"garbage")
    sha256 = hashlib.sha256(b"garbage").hexdigest()
    with pytest.raises(BadOutput, match=r"part-0\.parquet is no readable Parquet file"):
        verify([replace(file, size=7, sha256=sha256)], SCHEMA)


def test_a_file_listed_twice_is_refused(file: DataFile) -> None:
    """Listing one file twice would double its rows."""
    with pytest.raises(BadOutput, match="is listed twice"):
        verify([file, file], SCHEMA)
