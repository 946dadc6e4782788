"""A real Delta table on local disk for each test."""

from pathlib import Path

import pytest

from overnight.publishing.delta import DeltaLog

from .staging import SCHEMA


@pytest.fixture
def log(tmp_path: Path) -> DeltaLog:
    """An empty predictions table."""
    return DeltaLog.open_or_create(str(tmp_path / "tables" / "predictions"), SCHEMA, ["target_date"])
