"""The Delta table: opening and creating it, and that every reader gets back what was published."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from overnight.errors import ConfigurationError
from overnight.publishing.claim import claim
from overnight.publishing.delta import DeltaLog
from overnight.publishing.table import TableLog, application

from .staging import JULY_3, JULY_4, SCHEMA, predictions, publish, stage, stage_table


def test_no_table_is_no_error(tmp_path: Path) -> None:
    """A table that does not exist yet opens as None, and looking for it creates nothing."""
    assert DeltaLog.open(str(tmp_path / "none")) is None
    assert list(tmp_path.iterdir()) == []


def test_the_log_keeps_its_promises_to_publishing(log: DeltaLog) -> None:
    """The Delta log has all that the protocol asks of a log."""
    protocol: TableLog = log
    assert (protocol.token(application(JULY_4)), protocol.files(), protocol.commits()) == (0, [], [])
    assert protocol.schema == SCHEMA


def test_a_created_table_never_cleans_its_log(log: DeltaLog) -> None:
    """Log cleanup is off from the first version, so that who published what is never forgotten."""
    assert DeltaTable(log.uri).metadata().configuration == {"delta.enableExpiredLogCleanup": "false"}


def test_opening_again_keeps_the_table(log: DeltaLog) -> None:
    """A second open_or_create with the same columns, in another order, finds the table as it is."""
    claim(log, [JULY_4], "first")
    again = DeltaLog.open_or_create(log.uri, pa.schema(list(SCHEMA)[::-1]), ["target_date"])
    assert (again.version, again.token(application(JULY_4))) == (1, 1)


def test_a_table_with_other_columns_is_refused_by_column(log: DeltaLog) -> None:
    """A missing, an unknown and a retyped column are all named."""
    other = pa.schema(
        [pa.field("score", pa.float32()), pa.field("why", pa.string()), *[f for f in SCHEMA if f.name not in ("score", "late")]]
    )
    with pytest.raises(ConfigurationError) as refusal:
        DeltaLog.open_or_create(log.uri, other, ["target_date"])
    for column in ("late", "why", "score is double, wanted float"):
        assert column in str(refusal.value)


def test_other_partitions_are_refused(log: DeltaLog) -> None:
    """A table that is partitioned otherwise is not taken for ours."""
    with pytest.raises(ConfigurationError, match="partitioned by"):
        DeltaLog.open_or_create(log.uri, SCHEMA, ["target_date", "run_id"])


@pytest.mark.parametrize("kind", [pa.timestamp("ns", tz="UTC"), pa.timestamp("us"), pa.uint8()])
def test_columns_that_readers_would_change_are_refused(tmp_path: Path, kind: pa.DataType) -> None:
    """Nanoseconds, times without a zone and unsigned numbers, which Delta turns into others, cannot make a table."""
    with pytest.raises(ConfigurationError, match="x is"):
        DeltaLog.open_or_create(str(tmp_path / "t"), pa.schema([("target_date", pa.date32()), ("x", kind)]), ["target_date"])
    assert DeltaLog.open(str(tmp_path / "t")) is None


def test_runs_that_create_a_table_at_once_share_it(tmp_path: Path) -> None:
    """Eight runs that open a new table together all get the same one, at version 0."""
    uri = str(tmp_path / "new" / "table")
    with ThreadPoolExecutor(8) as pool:
        logs = list(pool.map(lambda _: DeltaLog.open_or_create(uri, SCHEMA, ["target_date"]), range(8)))
    assert {log.version for log in logs} == {0}
    assert len({DeltaTable(log.uri).metadata().id for log in logs}) == 1


def _with_deltalake(uri: str, _: list[str]) -> pa.Table:
    return DeltaTable(uri).to_pyarrow_table()


def _with_pyarrow(_: str, files: list[str]) -> pa.Table:
    return pq.read_table(files)


def _with_duckdb(_: str, files: list[str]) -> pa.Table:
    connection = duckdb.connect()
    connection.execute("SET TimeZone='UTC'")
    found: pa.Table = connection.sql("SELECT * FROM read_parquet($files)", params={"files": files}).to_arrow_table()
    return found


def _with_pandas(_: str, files: list[str]) -> pa.Table:
    frame = pd.concat([pd.read_parquet(file, dtype_backend="pyarrow") for file in files])
    return pa.Table.from_pandas(frame, preserve_index=False).replace_schema_metadata()


@pytest.mark.parametrize("read", [_with_deltalake, _with_pyarrow, _with_duckdb, _with_pandas])
def test_every_reader_gets_the_same_rows_and_types(log: DeltaLog, read: Callable[[str, list[str]], pa.Table]) -> None:
    """A published date of two files reads back equal in rows, names and types, its date column included."""
    tokens = claim(log, [JULY_3, JULY_4], "run")
    publish(log, JULY_3, "run", tokens[JULY_3], [stage(log, JULY_3, "run", [0.25])])
    publish(log, JULY_4, "run", tokens[JULY_4], [stage(log, JULY_4, "run", [0.5, 0.75], name=name) for name in ("a", "b")])
    files = [file.uri for file in log.files()]
    order = [("target_date", "ascending"), ("flight", "ascending")]
    found = read(log.uri, files).select(SCHEMA.names).sort_by(order)
    day, other = predictions(JULY_4, "run", [0.5, 0.75]), predictions(JULY_3, "run", [0.25])
    assert found.schema.types == SCHEMA.types
    assert found.to_pylist() == pa.concat_tables([other, day, day]).sort_by(order).to_pylist()


def test_filters_on_statistics_lose_no_rows(log: DeltaLog) -> None:
    """A reader that skips files by their statistics finds each row by each column's exact value."""
    token = claim(log, [JULY_4], "run")[JULY_4]
    publish(log, JULY_4, "run", token, [stage(log, JULY_4, "run", [0.5, 0.75])])
    table = DeltaTable(log.uri)
    for column, value in predictions(JULY_4, "run", [0.5]).to_pylist()[0].items():
        found = table.to_pyarrow_table(filters=[(column, "=", value)])
        assert 0.5 in found["score"].to_pylist(), column


def test_statistics_come_from_the_footer(tmp_path: Path) -> None:
    """The log holds row count, bounds and null counts of the rows; infinities have none, long texts are cut to valid ones."""
    rows = pa.table(
        {
            "target_date": pa.array([JULY_4] * 3),
            "n": pa.array([3, None, 1], pa.int64()),
            "text": ["b", "a", None],
            "long": ["x" * 1_000, "a", "a"],
            "day": pa.array([JULY_3, JULY_4, JULY_4]),
            "infinite": [float("inf"), 0.0, 1.0],
            "nothing": pa.nulls(3, pa.float64()),
            "list": [[1], [2], [3]],
        }
    )
    log = DeltaLog.open_or_create(str(tmp_path / "t"), rows.schema, ["target_date"])
    token = claim(log, [JULY_4], "run")[JULY_4]
    publish(log, JULY_4, "run", token, [stage_table(log, JULY_4, "run", rows)])
    entry = Path(log.uri, "_delta_log", "00000000000000000002.json").read_text()
    adds = [json.loads(line)["add"] for line in entry.splitlines() if "add" in json.loads(line)]
    stats = json.loads(adds[0]["stats"])
    assert len(entry) < 3_000
    assert stats["numRecords"] == 3
    assert {name: stats["minValues"].get(name) for name in ("n", "text", "day", "infinite", "nothing", "long")} == {
        "n": 1,
        "text": "a",
        "day": "2013-07-03",
        "infinite": None,
        "nothing": None,
        "long": "a",
    }
    assert [stats["maxValues"][name] for name in ("n", "text", "day")] == [3, "b", "2013-07-04"]
    assert stats["maxValues"]["long"] == "x" * 64 + "\U0010ffff"
    assert [stats["nullCount"][name] for name in ("n", "text", "long", "infinite", "nothing")] == [1, 1, 0, 0, 3]
    assert adds[0]["path"] == "runs/run/a1/2013-07-04/part-0.parquet"
