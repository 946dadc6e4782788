"""What tests share: pipelines of their own, one Spark session, and a lake with real flights and a trained model."""

import logging
import os
import sys
from datetime import date
from importlib import import_module
from pathlib import Path

import pytest

HOUSE = Path(__file__).parent / "house"
for folder in ("pipelines", "feature_pipelines", "expectations", "models"):
    import_module(folder).__path__.append(str(HOUSE / folder))

os.environ["PYSPARK_PYTHON"] = sys.executable
os.environ["OVERNIGHT_SPARK_MASTER"] = "local[2]"


@pytest.fixture(scope="session")
def spark():
    """One session for all tests that need Spark in this process."""
    from overnight.runs.session import spark_session

    logging.getLogger("py4j").setLevel(logging.ERROR)
    with spark_session("tests") as session:
        yield session


@pytest.fixture(scope="session")
def flights_raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lake with the raw flights of 2013 and nothing else. Read only: copy or link what a test changes."""
    from overnight.lake.uris import Lake
    from overnight.samples import flights

    root = tmp_path_factory.mktemp("flights")
    flights.land(Lake(str(root)))
    return root


@pytest.fixture(scope="session")
def flights_trained(flights_raw: Path, tmp_path_factory: pytest.TempPathFactory, spark) -> "tuple[Path, str]":
    """The raw lake, and the URI of a registry whose champion was trained on it."""
    from jobs.train import train
    from overnight.lake.uris import Lake
    from overnight.registry.models import Registry

    registry = f"sqlite:///{tmp_path_factory.mktemp('registry')}/registry.db"
    train("flight_delays", Lake(str(flights_raw)), Registry(registry), spark)
    return flights_raw, registry


@pytest.fixture
def lake_of_flights(flights_raw: Path, tmp_path: Path) -> Path:
    """A lake of the test's own whose raw partitions from June to 6 July 2013 are copies that it may break."""
    import shutil

    root = tmp_path / "lake"
    for source in ("schedules", "arrivals", "weather"):
        for folder in sorted((flights_raw / "raw" / source).iterdir()):
            if date(2013, 6, 1) <= date.fromisoformat(folder.name) <= date(2013, 7, 6):
                shutil.copytree(folder, root / "raw" / source / folder.name)
    shutil.copytree(flights_raw / "raw" / "planes", root / "raw" / "planes")
    return root
