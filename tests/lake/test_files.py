"""What a file reference and a file's content promise, and writing on a full disk."""

import hashlib
import os
from datetime import date
from pathlib import Path

import pytest

from overnight.lake import storage


def test_a_written_file_is_there_alone(tmp_path: Path):
    """Writing makes the folders, replaces the old content as a whole, and leaves no other file."""
    target = tmp_path / "a" / "b" / "run.json"
    storage.write_bytes(str(target), b"old")
    storage.write_bytes(str(target), b"new")
    assert storage.read_bytes(str(target)) == b"new"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [target]


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """When the bytes cannot be forced to disk, readers keep the old content and no temporary file stays behind."""
    target = tmp_path / "run.json"
    target.write_text("old")

    def disk_full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space left"):
        storage.write_bytes(str(target), b"new")
    assert [path.name for path in tmp_path.iterdir()] == ["run.json"]
    assert target.read_text() == "old"


def test_hidden_names_above_the_folder_do_not_matter(tmp_path: Path):
    """A lake may itself lie below a folder such as `.cache` or `_work`."""
    wanted = tmp_path / ".cache" / "_work" / "a.parquet"
    wanted.parent.mkdir(parents=True)
    wanted.write_text("x")
    assert [file.uri for file in storage.list_files(str(wanted.parent))] == [str(wanted)]


def test_a_reference_says_size_and_time(tmp_path: Path):
    """A reference holds what tells one version of a file from another, to the nanosecond."""
    path = tmp_path / "a.parquet"
    path.write_text("12345")
    os.utime(path, ns=(1, 1_372_906_800_123_456_789))
    assert storage.list_files(str(tmp_path)) == [storage.FileRef(str(path), 5, 1_372_906_800_123_456_789)]


def test_folders_are_listed_by_name(tmp_path: Path):
    """Only the folders directly below are listed, in order."""
    for name in ("b/c", "a"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "file").write_text("x")
    assert storage.list_folders(str(tmp_path)) == ["a", "b"]


def test_json_is_written_the_same_way_each_time(tmp_path: Path):
    """Keys are sorted, so equal values are equal bytes; dates are written in ISO form."""
    one, other = str(tmp_path / "one"), str(tmp_path / "other")
    storage.write_json(one, {"b": [1], "a": date(2013, 7, 4)})
    storage.write_json(other, {"a": date(2013, 7, 4), "b": [1]})
    assert storage.read_bytes(one) == storage.read_bytes(other) == b'{\n "a": "2013-07-04",\n "b": [\n  1\n ]\n}\n'
    assert storage.read_json(one) == {"a": "2013-07-04", "b": [1]}


def test_the_digest_is_that_of_all_bytes(tmp_path: Path):
    """A file larger than one read's chunk has the SHA-256 of its whole content."""
    content = bytes(range(256)) * 4097  # a little more than a mebibyte
    (tmp_path / "big").write_bytes(content)
    assert storage.sha256(str(tmp_path / "big")) == hashlib.sha256(content).hexdigest()


def test_a_folder_is_no_file_and_a_deleted_file_is_gone(tmp_path: Path):
    """Existence is about files; reading what is not there is an error."""
    path = tmp_path / "a"
    path.write_text("x")
    assert (storage.exists(str(path)), storage.exists(str(tmp_path))) == (True, False)
    storage.delete(str(path))
    assert not storage.exists(str(path))
    with pytest.raises(FileNotFoundError):
        storage.read_bytes(str(path))
