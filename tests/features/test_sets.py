"""Computing dates together, or on another number of cores and partitions, changes not a bit of their features."""

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from tests.house import generate

from .computed import JUNE_DAYS, differing, features_of

pytestmark = pytest.mark.spark

LEAP_DAYS = [date(2024, 2, 29), date(2024, 3, 1)]


@pytest.fixture
def configured(spark):
    """Sets Spark options for one test."""
    names = ("spark.sql.shuffle.partitions", "spark.sql.adaptive.enabled")
    before = {name: spark.conf.get(name) for name in names}

    def configure(partitions: int, adaptive: bool) -> None:
        for name, value in zip(names, (str(partitions), str(adaptive).lower()), strict=True):
            spark.conf.set(name, value)

    yield configure
    for name, value in before.items():
        spark.conf.set(name, value)


def test_a_set_equals_its_dates_one_by_one(three_june_days: pa.Table, flights_raw: Path, spark):
    """Three June days computed at once have the rows of three computations, to the bit."""
    alone = pa.concat_tables(features_of(spark, "flight_delays", flights_raw, [day]) for day in JUNE_DAYS)
    assert three_june_days.num_rows > 2500  # three June days of some 950 departures each
    assert differing(three_june_days, alone) == set()


@pytest.mark.parametrize("name", ["demand", "tickets"])
def test_a_set_over_the_leap_day_equals_its_dates(name: str, tmp_path: Path, spark):
    """The end of February is no exception: a set across it has the rows of its dates."""
    generate.land(tmp_path)
    alone = pa.concat_tables(features_of(spark, name, tmp_path, [day]) for day in LEAP_DAYS)
    assert differing(features_of(spark, name, tmp_path, LEAP_DAYS), alone) == set()


@pytest.mark.parametrize(("partitions", "adaptive"), [(1, True), (7, False), (32, False)])
def test_partitions_and_adaptive_execution_change_nothing(
    partitions: int, adaptive: bool, three_june_days: pa.Table, flights_raw: Path, spark, configured
):
    """Features are the same to the bit for 1, 7 and 32 shuffle partitions, with adaptive execution and without."""
    configured(partitions, adaptive)
    assert differing(features_of(spark, "flight_delays", flights_raw, JUNE_DAYS), three_june_days) == set()
