"""Side tables: the rows of one run and date are replaced as a whole, and nobody else's are touched."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from overnight.errors import BadOutput
from overnight.publishing.append import replace_run_rows, replace_run_table
from overnight.publishing.delta import DeltaLog

from .staging import JULY_3, JULY_4, opened, stage_table

SCHEMA = pa.schema(
    [
        pa.field("target_date", pa.date32()),
        pa.field("run_id", pa.string()),
        pa.field("column", pa.string()),
        pa.field("counts", pa.list_(pa.int64())),
    ]
)


@pytest.fixture
def uri(tmp_path: Path) -> str:
    """Where a table that does not exist yet will be."""
    return str(tmp_path / "drift")


def _rows(day: date, run_id: str, *columns: str) -> pa.Table:
    return pa.Table.from_pylist(
        [{"target_date": day, "run_id": run_id, "column": each, "counts": [1, 2]} for each in columns], schema=SCHEMA
    )


def _found(uri: str) -> list[tuple[date, str, str]]:
    rows = [row for file in opened(DeltaLog, uri).files() for row in pq.ParquetFile(file.uri).read().to_pylist()]
    return sorted((row["target_date"], row["run_id"], row["column"]) for row in rows)


def test_writing_twice_does_not_double(uri: str) -> None:
    """A retried stage leaves the rows of its run and date once, as the retry wrote them."""
    replace_run_table(uri, JULY_4, "run", "a1", _rows(JULY_4, "run", "delay", "wind"))
    replace_run_table(uri, JULY_4, "run", "a2", _rows(JULY_4, "run", "delay"))
    assert _found(uri) == [(JULY_4, "run", "delay")]


def test_other_runs_and_dates_keep_their_rows(uri: str) -> None:
    """Replacing one run's date leaves that run's other dates and the date's other runs alone."""
    for day, run_id in ((JULY_3, "one"), (JULY_4, "one"), (JULY_4, "two")):
        replace_run_table(uri, day, run_id, "a1", _rows(day, run_id, "old"))
    replace_run_table(uri, JULY_4, "one", "a2", _rows(JULY_4, "one", "new"))
    assert _found(uri) == [(JULY_3, "one", "old"), (JULY_4, "one", "new"), (JULY_4, "two", "old")]


def test_the_same_attempt_may_be_repeated(uri: str) -> None:
    """The very same call made twice leaves one copy of the rows."""
    for _ in range(2):
        replace_run_table(uri, JULY_4, "run", "a1", _rows(JULY_4, "run", "delay"))
    assert _found(uri) == [(JULY_4, "run", "delay")]


def test_staged_files_are_taken_as_they_are(uri: str) -> None:
    """Files that a Spark job staged become the run's rows, and handing them in twice commits once."""
    log = DeltaLog.open_or_create(uri, SCHEMA, ["target_date", "run_id"])
    files = [stage_table(log, JULY_4, "run", _rows(JULY_4, "run", name), name=name) for name in ("delay", "wind")]
    replace_run_rows(uri, JULY_4, "run", files, SCHEMA)
    replace_run_rows(uri, JULY_4, "run", files, SCHEMA)
    log.reload()
    assert log.version == 1
    assert _found(uri) == [(JULY_4, "run", "delay"), (JULY_4, "run", "wind")]


def test_no_rows_take_away_what_was_there(uri: str) -> None:
    """An empty table replaces rows too: a retry that quarantines nothing leaves nothing."""
    replace_run_table(uri, JULY_4, "run", "a1", _rows(JULY_4, "run", "delay"))
    replace_run_table(uri, JULY_4, "run", "a2", _rows(JULY_4, "run"))
    assert _found(uri) == []


def test_damaged_files_are_refused_by_name(uri: str) -> None:
    """A staged file that changed since it was written is not committed."""
    log = DeltaLog.open_or_create(uri, SCHEMA, ["target_date", "run_id"])
    file = stage_table(log, JULY_4, "run", _rows(JULY_4, "run", "delay"))
    Path(file.uri).write_bytes(Path(file.uri).read_bytes()[:-4])
    with pytest.raises(BadOutput, match=r"part-0\.parquet"):
        replace_run_rows(uri, JULY_4, "run", [file], SCHEMA)
    assert _found(uri) == []


def test_rows_of_another_run_or_date_are_refused(uri: str) -> None:
    """Rows that would end up in a partition they do not belong to are not written."""
    with pytest.raises(BadOutput, match="have run_id \\['other'\\]"):
        replace_run_table(uri, JULY_4, "run", "a1", _rows(JULY_4, "other", "delay"))
    with pytest.raises(BadOutput, match="have target_date"):
        replace_run_table(uri, JULY_4, "run", "a1", _rows(JULY_3, "run", "delay"))


def test_runs_that_write_at_once_all_land(uri: str) -> None:
    """Five runs of one date that write to a new table together all keep their rows."""

    def write(run_id: str) -> None:
        replace_run_table(uri, JULY_4, run_id, "a1", _rows(JULY_4, run_id, "delay"))

    runs = [f"run-{number}" for number in range(5)]
    with ThreadPoolExecutor(5) as pool:
        list(pool.map(write, runs))
    assert _found(uri) == [(JULY_4, run_id, "delay") for run_id in runs]
