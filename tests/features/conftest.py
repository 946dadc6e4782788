"""Features that several tests compare others with."""

from pathlib import Path

import pyarrow as pa
import pytest

from .computed import JUNE_DAYS, features_of


@pytest.fixture(scope="session")
def three_june_days(flights_raw: Path, spark) -> pa.Table:
    """The features of three days' flights, computed as one set."""
    return features_of(spark, "flight_delays", flights_raw, JUNE_DAYS)
