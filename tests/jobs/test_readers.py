"""Whoever reads a published date reads the same: deltalake, DuckDB, pandas, and Spark with its Delta reader."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from overnight.lake.uris import Lake
from overnight.settings import ROOT

from . import readers_with_spark
from .nights import live, night, rows_of

pytestmark = pytest.mark.spark

DAYS = [date(2024, 2, 29), date(2024, 3, 1)]
KEYS = {"demand": ["store", "item"], "tickets": ["ticket_id"]}
IN_DUCKDB = {
    "store": "VARCHAR",
    "item": "BIGINT",
    "ticket_id": "VARCHAR",
    "target_date": "DATE",
    "score": "DOUBLE",
    "decision": "VARCHAR",
    "probabilities": "DOUBLE[]",
    "model_name": "VARCHAR",
    "model_version": "VARCHAR",
    "run_id": "VARCHAR",
    "scored_at": "TIMESTAMP WITH TIME ZONE",
}
IN_SPARK = {
    "VARCHAR": "string",
    "BIGINT": "bigint",
    "DATE": "date",
    "DOUBLE": "double",
    "DOUBLE[]": "array<double>",
    "TIMESTAMP WITH TIME ZONE": "timestamp",
}


@pytest.fixture(scope="module")
def published(house_trained, tmp_path_factory: pytest.TempPathFactory, spark) -> Path:
    """A lake in which both pipelines have published two dates, and one of them twice."""
    trained, registry = house_trained
    root = tmp_path_factory.mktemp("published")
    shutil.copytree(trained / "raw", root / "raw")
    for pipeline in KEYS:
        night(pipeline, DAYS, root, registry, spark)
        night(pipeline, DAYS[:1], root, registry, spark, force=True)
    return root


def expected(root: Path, pipeline: str) -> pa.Table:
    """The live files of both dates, as they lie there."""
    return pa.concat_tables([rows_of(root, pipeline, day, KEYS[pipeline]) for day in DAYS])


def live_files(root: Path, pipeline: str) -> list[str]:
    return [uri for day in DAYS for uri in live(root, pipeline, day).files]


def types_in_duckdb(rows: pa.Table) -> dict[str, str]:
    return {name: IN_DUCKDB[name] for name in rows.column_names}


@pytest.mark.parametrize("pipeline", KEYS)
def test_deltalake_reads_the_live_rows(published, pipeline):
    """The table's newest version holds each date once, in the types that were written."""
    rows = expected(published, pipeline)
    found = DeltaTable(Lake(str(published)).table(pipeline, "predictions")).to_pyarrow_table()
    order = [(name, "ascending") for name in ("target_date", *KEYS[pipeline])]
    assert found.select(rows.column_names).sort_by(order).cast(rows.schema).equals(rows)
    plain = {field.name: field.type for field in rows.schema if field.name != "probabilities"}
    assert {field.name: field.type for field in found.schema if field.name != "probabilities"} == plain


@pytest.mark.parametrize("pipeline", KEYS)
def test_duckdb_reads_the_live_files(published, pipeline):
    """`read_parquet` over the live files gives every column, the date included, with the same rows."""
    rows = expected(published, pipeline)
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone='UTC'")
        relation = connection.read_parquet(live_files(published, pipeline))
        types = dict(zip(relation.columns, map(str, relation.types), strict=True))
        found = relation.order(", ".join(["target_date", *KEYS[pipeline]])).to_arrow_table()
    assert types == types_in_duckdb(rows)
    assert found.to_pylist() == rows.to_pylist()


@pytest.mark.parametrize("pipeline", KEYS)
def test_pandas_reads_the_live_files(published, pipeline):
    """`read_parquet` of each live file gives the same rows; times are UTC, the date is a date."""
    rows = expected(published, pipeline)
    found = pd.concat([pd.read_parquet(uri) for uri in live_files(published, pipeline)])
    found = found.sort_values(["target_date", *KEYS[pipeline]], ignore_index=True)
    pd.testing.assert_frame_equal(found, rows.to_pandas())
    assert str(found["scored_at"].dtype) == "datetime64[us, UTC]"
    assert set(found["target_date"]) == set(DAYS)


@pytest.mark.e2e
def test_spark_reads_the_live_rows(published):
    """Spark's Delta reader, in a process of its own, agrees with the files on rows and types."""
    uris = {pipeline: Lake(str(published)).table(pipeline, "predictions") for pipeline in KEYS}
    environment = {**os.environ, "SPARK_LOCAL_IP": "127.0.0.1", "PYTHONPATH": str(ROOT)}
    environment.pop("PYSPARK_GATEWAY_PORT", None)
    command = [sys.executable, readers_with_spark.__file__, *uris.values()]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=400, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    read = json.loads(done.stdout.splitlines()[-1])
    for pipeline, uri in uris.items():
        rows = expected(published, pipeline)
        assert read[uri]["types"] == {name: IN_SPARK[each] for name, each in types_in_duckdb(rows).items()}
        found = [{**row, "scored_at": instant(row["scored_at"])} for row in read[uri]["rows"]]
        wanted = [{**row, "target_date": str(row["target_date"])} for row in rows.to_pylist()]
        key = ["target_date", *KEYS[pipeline]]
        assert sorted(found, key=lambda row: [row[name] for name in key]) == wanted


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
