"""The one door to files: local disk and S3 behind the same few verbs."""

import hashlib
import json
import os
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from pyarrow import fs

Json = Mapping[str, Any]


@dataclass(frozen=True)
class FileRef:
    """One file as it was seen: its URI, size in bytes, and modification time in nanoseconds since the epoch."""

    uri: str
    size: int
    modified: int


# The files of a set of partitions, and those of every source of a pipeline.
Partitions = Mapping[date, Sequence[FileRef]]
Files = Mapping[str, Mapping[date, tuple[FileRef, ...]]]


def is_local(uri: str) -> bool:
    """Whether the URI is a path of this machine."""
    return "://" not in uri


@cache
def _remote(scheme_and_bucket: str) -> fs.FileSystem:
    return fs.FileSystem.from_uri(scheme_and_bucket)[0]


def filesystem(uri: str) -> tuple[fs.FileSystem, str]:
    """The pyarrow file system of a URI, and the path in it."""
    if is_local(uri):
        return fs.LocalFileSystem(), uri
    scheme, _, path = uri.partition("://")
    bucket = path.partition("/")[0]
    return _remote(f"{scheme}://{bucket}"), path


def for_spark(uri: str) -> str:
    """The same place as Hadoop spells it: `s3a://`, and `file://` for local paths."""
    if is_local(uri):
        return f"file://{uri}"
    return "s3a://" + uri.removeprefix("s3://") if uri.startswith("s3://") else uri


def list_files(folder: str, *, suffix: str = "") -> list[FileRef]:
    """All files below a folder, sorted by URI; empty when there is no such folder. Hidden names are left out."""
    system, path = filesystem(folder)
    found = system.get_file_info(fs.FileSelector(path, recursive=True, allow_not_found=True))
    prefix = "" if is_local(folder) else folder.partition("://")[0] + "://"
    return sorted(
        (
            FileRef(prefix + info.path, info.size, info.mtime_ns or 0)
            for info in found
            if info.type == fs.FileType.File and info.path.endswith(suffix) and not _hidden(info.path[len(path) :])
        ),
        key=lambda file: file.uri,
    )


def exists(uri: str) -> bool:
    """Whether there is a file at the URI."""
    system, path = filesystem(uri)
    return bool(system.get_file_info(path).type == fs.FileType.File)


def list_folders(folder: str) -> list[str]:
    """The names of the folders directly below a folder, sorted; empty when there is no such folder."""
    system, path = filesystem(folder)
    found = system.get_file_info(fs.FileSelector(path, allow_not_found=True))
    return sorted(info.base_name for info in found if info.type == fs.FileType.Directory)


def read_bytes(uri: str) -> bytes:
    """The content of a file.

    Raises:
        FileNotFoundError: there is no such file.
    """
    system, path = filesystem(uri)
    with system.open_input_stream(path) as stream:
        return bytes(stream.read())


def write_bytes(uri: str, content: bytes) -> None:
    """Write a file so that readers see the old content or the new one, and a crash leaves no half of it."""
    if not is_local(uri):
        system, path = filesystem(uri)
        with system.open_output_stream(path) as stream:
            stream.write(content)
        return
    target = Path(uri)
    target.parent.mkdir(parents=True, exist_ok=True)
    temporary = target.with_name(f".{target.name}.{uuid.uuid4().hex}")
    try:
        with temporary.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    fsync_folder(target.parent)


def delete(uri: str) -> None:
    """Remove a file."""
    system, path = filesystem(uri)
    system.delete_file(path)


def read_json(uri: str) -> Any:
    """The content of a JSON file."""
    return json.loads(read_bytes(uri))


def write_json(uri: str, value: Json) -> None:
    """Write a JSON file atomically, with sorted keys."""
    write_bytes(uri, (json.dumps(value, indent=1, sort_keys=True, default=str) + "\n").encode())


def sha256(uri: str) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    system, path = filesystem(uri)
    digest = hashlib.sha256()
    with system.open_input_stream(path) as stream:
        while chunk := stream.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()


def fsync_file(uri: str) -> None:
    """Force a local file to disk; on an object store a finished upload is durable already."""
    if is_local(uri):
        _fsync(Path(uri))


def fsync_folder(folder: Path) -> None:
    """Force a local folder's entries to disk, so that a rename survives a power cut."""
    _fsync(folder)


def _fsync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _hidden(relative: str) -> bool:
    return any(part.startswith((".", "_")) for part in relative.split("/"))
