"""No feature knows anything of its date's cut-off or later, and the check that says so can fail."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from feature_pipelines import flight_delays
from overnight.features.history import PARTITION_DATE, TARGET_DATE
from overnight.features.inputs import FeatureInputs
from tests.house import generate

from .computed import features_of
from .hindsight import hindsight, rewrite

pytestmark = pytest.mark.spark

DAY = date(2013, 6, 20)
DAY_BEFORE = date(2013, 6, 19)
CUT_OFF = datetime(2013, 6, 20, 4, tzinfo=UTC)  # midnight in New York, which is four hours behind in June
LAST_MOMENT = CUT_OFF - timedelta(microseconds=1)


def test_flights_know_nothing_at_or_after_the_cut_off(lake_of_flights: Path, spark):
    """Rows recorded at the cut-off or later, in whichever partition, change no feature of flight_delays."""
    assert hindsight(spark, "flight_delays", lake_of_flights, DAY) == set()


@pytest.mark.parametrize("name", ["demand", "tickets"])
def test_other_pipelines_know_nothing_at_or_after_the_cut_off(name: str, tmp_path: Path, spark):
    """The same holds for the tests' own pipelines, whose cut-offs lie in other zones."""
    generate.land(tmp_path)
    assert hindsight(spark, name, tmp_path, date(2024, 2, 29)) == set()


def own_partition() -> Column:
    """A leak: outcomes of the target date itself, which are in reach when later dates are computed with it."""
    return F.col(PARTITION_DATE) == F.col(TARGET_DATE)


def whole_day_before() -> Column:
    """A leak: the partition of the day before, whenever its rows became known."""
    return F.date_add(PARTITION_DATE, 1) == F.col(TARGET_DATE)


@pytest.mark.parametrize("leak", [own_partition, whole_day_before])
def test_the_check_reports_a_leak(leak, lake_of_flights: Path, spark, monkeypatch: pytest.MonkeyPatch):
    """A pipeline that reads the rows of a history itself is caught, by the name of its leaking column alone."""

    def leaking(inputs: FeatureInputs) -> DataFrame:
        rows = inputs.history("arrivals").rows
        dates = inputs.population.select(TARGET_DATE).distinct()
        leaked = rows.join(dates, on=leak()).groupBy(TARGET_DATE, "origin").agg(F.sum("arr_delay").alias("leaked"))
        return honest(inputs).join(leaked, on=[TARGET_DATE, "origin"], how="left")

    honest = flight_delays.features
    monkeypatch.setattr(flight_delays, "features", leaking)
    assert hindsight(spark, "flight_delays", lake_of_flights, DAY) == {"leaked"}


def test_a_microsecond_before_the_cut_off_counts(lake_of_flights: Path, spark):
    """What became known a microsecond before the cut-off is seen, what became known at the cut-off is not.

    Three flights of the evening before, one per airport: EWR's last known one is lost, JFK's is 1,000 minutes later
    than it was, and one at LGA that was recorded after midnight is recorded a microsecond before it, another one at it.
    """
    before = _airports(features_of(spark, "flight_delays", lake_of_flights, [DAY]))
    known = _known_arrivals(lake_of_flights)

    def change(rows: pa.Table) -> pa.Table:
        changed = rows.to_pylist()
        changed.remove(_last(changed, "EWR"))
        _last(changed, "JFK")["arr_delay"] += 1000
        first, second = [row for row in changed if row["origin"] == "LGA" and row["recorded_at"] >= CUT_OFF][:2]
        first["recorded_at"], second["recorded_at"] = LAST_MOMENT, CUT_OFF
        return pa.Table.from_pylist(changed, rows.schema)

    rewrite(lake_of_flights, "arrivals", DAY_BEFORE, change)
    after = _airports(features_of(spark, "flight_delays", lake_of_flights, [DAY]))
    assert {airport: row["flights"] for airport, row in before.items()} == known["flights"]
    assert after["EWR"]["flights"] == before["EWR"]["flights"] - 1
    assert after["JFK"]["flights"] == before["JFK"]["flights"]
    assert after["JFK"]["delay"] == pytest.approx(before["JFK"]["delay"] + 1000 / known["arrived"]["JFK"])
    assert after["LGA"]["flights"] == before["LGA"]["flights"] + 1


def test_the_last_weather_before_the_cut_off_counts(lake_of_flights: Path, spark):
    """A gale observed a microsecond before the cut-off is yesterday's strongest wind; one at the cut-off is unknown."""

    def change(rows: pa.Table) -> pa.Table:
        last = {row["origin"]: row for row in rows.sort_by("observed_at").to_pylist()}
        gales = [last["EWR"] | {"observed_at": LAST_MOMENT, "wind_speed": 90.0}]
        gales.append(last["JFK"] | {"observed_at": CUT_OFF, "wind_speed": 90.0})
        return pa.concat_tables([rows, pa.Table.from_pylist(gales, rows.schema)])

    before = _airports(features_of(spark, "flight_delays", lake_of_flights, [DAY]))
    rewrite(lake_of_flights, "weather", DAY_BEFORE, change)
    after = _airports(features_of(spark, "flight_delays", lake_of_flights, [DAY]))
    assert after["EWR"]["wind"] == 90.0
    assert (after["JFK"]["wind"], after["LGA"]["wind"]) == (before["JFK"]["wind"], before["LGA"]["wind"])


def _airports(features: pa.Table) -> dict[str, dict[str, float]]:
    names = {"flights": "origin_flights_1d", "delay": "origin_mean_delay_1d", "wind": "wind_speed_max_1d"}
    return {row["origin"]: {short: row[name] for short, name in names.items()} for row in features.to_pylist()}


def _known_arrivals(root: Path) -> dict[str, dict[str, int]]:
    """Flights and arrivals per airport on the day before that were recorded before the cut-off."""
    rows = pq.read_table(root / "raw" / "arrivals" / str(DAY_BEFORE) / "part-0.parquet", partitioning=None).to_pylist()
    known = [row for row in rows if row["recorded_at"] < CUT_OFF]
    arrived = [row for row in known if row["arr_delay"] is not None]
    return {"flights": Counter(row["origin"] for row in known), "arrived": Counter(row["origin"] for row in arrived)}


def _last(rows: list[dict], airport: str) -> dict:
    """The last arrival from an airport that was recorded before the cut-off."""
    arrived = [row for row in rows if row["origin"] == airport and row["arr_delay"] is not None]
    return max((row for row in arrived if row["recorded_at"] < CUT_OFF), key=lambda row: row["recorded_at"])
