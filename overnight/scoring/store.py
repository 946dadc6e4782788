"""Where a run's model bundle lies: copied once from the registry into the lake, under its digest, for all later stages."""

import logging

from overnight.errors import ConfigurationError
from overnight.lake import storage
from overnight.lake.uris import Lake
from overnight.scoring.bundle import MANIFEST, BundleFiles, verify

log = logging.getLogger("overnight.scoring")


def save_bundle(lake: Lake, pipeline: str, digest: str, files: BundleFiles) -> str:
    """Copy a verified bundle into the lake unless it is there and whole, and return its folder. The manifest comes last."""
    verify(files, digest)
    folder = lake.bundle(pipeline, digest)
    if not _is_whole(folder, digest):
        for name in sorted(files, key=lambda name: name == MANIFEST):
            storage.write_bytes(f"{folder}/{name}", files[name])
    return folder


def _is_whole(folder: str, digest: str) -> bool:
    if not storage.exists(f"{folder}/{MANIFEST}"):
        return False
    try:
        read_bundle(folder, digest)
    except ConfigurationError as damage:
        log.warning("%s is damaged and replaced by the registry's bytes. %s", folder, damage)
        return False
    return True


def read_bundle(folder: str, digest: str) -> BundleFiles:
    """The verified bytes of a run's bundle.

    Raises:
        ConfigurationError: a file is missing, or is not the one that the run was opened with.
    """
    files = {file.uri.rpartition("/")[2]: storage.read_bytes(file.uri) for file in storage.list_files(folder)}
    if not files:
        raise ConfigurationError(f"There is no model bundle in {folder}. Open a new run (overnight run, or clear open_run).")
    verify(files, digest)
    return files
