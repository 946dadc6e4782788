"""The door to files: nothing half-written, nothing hidden taken for data."""

from datetime import date
from pathlib import Path

import pytest

from overnight.lake import storage
from overnight.lake.uris import Lake
from overnight.spec import Source
from overnight.stages import Stage

DAY = date(2013, 7, 4)


def test_failed_write_leaves_the_old_content_and_no_litter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A crash between writing and renaming shows readers the old file."""
    target = f"{tmp_path}/run.json"
    storage.write_bytes(target, b"old")

    def crash(self, other):
        raise OSError("no space left on device")

    monkeypatch.setattr(Path, "replace", crash)
    with pytest.raises(OSError, match="no space left"):
        storage.write_bytes(target, b"new")
    assert storage.read_bytes(target) == b"old"
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]


def test_listing_leaves_out_hidden_names(tmp_path: Path):
    """What Spark and our own temporaries leave behind is no data; the order is by name."""
    for name in ("b/part-1.parquet", "a.parquet", "_SUCCESS", ".a.parquet.crc", "_temporary/0/x.parquet", "note.txt"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"12345")
    found = storage.list_files(str(tmp_path), suffix=".parquet")
    assert [(file.uri, file.size) for file in found] == [(f"{tmp_path}/a.parquet", 5), (f"{tmp_path}/b/part-1.parquet", 5)]


def test_absent_folder_is_empty(tmp_path: Path):
    """Looking for a partition that was never landed is no error."""
    assert storage.list_files(f"{tmp_path}/nowhere") == []
    assert storage.list_folders(f"{tmp_path}/nowhere") == []


def test_spark_spells_uris_its_own_way():
    """Paths keep every character, and S3 becomes S3A."""
    assert storage.for_spark("/lake/day=2013-07-04/a b.parquet") == "file:///lake/day=2013-07-04/a b.parquet"
    assert storage.for_spark("s3://bucket/prefix/x") == "s3a://bucket/prefix/x"


def test_layout_of_a_lake():
    """Where everything lies, as whole strings."""
    lake = Lake("s3://bucket/prefix")
    assert lake.raw(Source("schedules"), DAY) == "s3://bucket/prefix/raw/schedules/2013-07-04"
    assert lake.raw(Source("planes", dated=False), DAY) == "s3://bucket/prefix/raw/planes"
    assert lake.raw(Source("sales", uri="s3://other/sales"), DAY) == "s3://other/sales/2013-07-04"
    assert lake.table("p", "predictions") == "s3://bucket/prefix/tables/p/predictions"
    assert lake.table_attempt("p", "predictions", "r1", "a1") == "s3://bucket/prefix/tables/p/predictions/runs/r1/a1"
    assert lake.manifest("p", "r1") == "s3://bucket/prefix/runs/p/r1/run.json"
    assert lake.attempt("p", "r1", Stage.SCORE, "a1") == "s3://bucket/prefix/runs/p/r1/score/a1"
    assert lake.result("p", "r1", Stage.SCORE) == "s3://bucket/prefix/runs/p/r1/score/result.json"
    assert lake.report("p", DAY) == "s3://bucket/prefix/reports/p/2013-07-04"
