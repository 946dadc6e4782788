"""A lake with the data of the tests' own pipelines, and a registry with a champion for each."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house import generate


@pytest.fixture(scope="session")
def house_trained(tmp_path_factory: pytest.TempPathFactory, spark) -> tuple[Path, str]:
    """The raw lake of `demand` and `tickets`, and the URI of a registry whose champions were trained on it. Read only."""
    from jobs.train import train
    from overnight.lake.uris import Lake
    from overnight.registry.models import Registry

    root = tmp_path_factory.mktemp("house")
    generate.land(root)
    registry = f"sqlite:///{tmp_path_factory.mktemp('house_registry')}/registry.db"
    for pipeline in ("demand", "tickets"):
        train(pipeline, Lake(str(root)), Registry(registry), spark)
    return root, registry


@pytest.fixture
def house(house_trained: tuple[Path, str], tmp_path: Path) -> Iterator[tuple[Path, str]]:
    """A copy of the raw lake that a test may break, and the registry, whose champions are put back after the test."""
    from overnight.registry.models import Registry

    trained, registry = house_trained
    champions = [Registry(registry).champion(name) for name in ("demand", "tickets")]
    root = tmp_path / "lake"
    shutil.copytree(trained / "raw", root / "raw")
    yield root, registry
    for champion in champions:
        Registry(registry).promote(champion)
