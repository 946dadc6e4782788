"""No feature knows anything of its date's cut-off or later, and the check that says so can fail."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from feature_pipelines import flight_delays
from overnight.features.history import PARTITION_DATE, TARGET_DATE
from overnight.features.inputs import FeatureInputs
from tests.house import generate

from .computed import features_of, of_date
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


def test_the_check_reports_leaks(lake_of_flights: Path, spark, monkeypatch: pytest.MonkeyPatch):
    """Features that read a history's rows themselves are caught, by the names of the leaking columns alone.

    One reads the date's own partition, in reach when later dates are computed with it; one reads the whole partition
    of the day before, whenever its rows became known.
    """

    def leaking(inputs: FeatureInputs) -> DataFrame:
        table = honest(inputs)
        rows = inputs.history("arrivals").rows
        for name, days in (("leaks_own_partition", 0), ("leaks_day_before", 1)):
            dated = rows.withColumn(TARGET_DATE, F.date_add(PARTITION_DATE, days))
            leaked = dated.groupBy(TARGET_DATE, "origin").agg(F.sum("arr_delay").alias(name))
            table = table.join(leaked, on=[TARGET_DATE, "origin"], how="left")
        return table

    honest = flight_delays.features
    monkeypatch.setattr(flight_delays, "features", leaking)
    assert hindsight(spark, "flight_delays", lake_of_flights, DAY) == {"leaks_own_partition", "leaks_day_before"}


def test_a_microsecond_before_the_cut_off_counts(three_june_days: pa.Table, lake_of_flights: Path, spark):
    """What became known a microsecond before the cut-off is seen, what became known at the cut-off is not.

    Of the flights of the evening before, EWR's last known one is lost, JFK's is 1,000 minutes later than it was, and of
    two at LGA that were recorded after midnight, one is now recorded a microsecond before it and one at it.
    EWR also sees a gale a microsecond before the cut-off, JFK one at the cut-off.
    """

    def arrivals(rows: pa.Table) -> pa.Table:
        changed = rows.to_pylist()
        changed.remove(_last(changed, "EWR"))
        _last(changed, "JFK")["arr_delay"] += 1000
        first, second = [row for row in changed if row["origin"] == "LGA" and row["recorded_at"] >= CUT_OFF][:2]
        first["recorded_at"], second["recorded_at"] = LAST_MOMENT, CUT_OFF
        return pa.Table.from_pylist(changed, rows.schema)

    def weather(rows: pa.Table) -> pa.Table:
        observed = rows.to_pylist()
        gales = [next(row for row in observed if row["origin"] == origin) | {"wind_speed": 90.0} for origin in ("EWR", "JFK")]
        gales[0]["observed_at"], gales[1]["observed_at"] = LAST_MOMENT, CUT_OFF
        return pa.Table.from_pylist([*observed, *gales], rows.schema)

    known = _known_arrivals(lake_of_flights)
    rewrite(lake_of_flights, "arrivals", DAY_BEFORE, arrivals)
    rewrite(lake_of_flights, "weather", DAY_BEFORE, weather)
    before = _airports(of_date(three_june_days, DAY))
    after = _airports(features_of(spark, "flight_delays", lake_of_flights, [DAY]))
    assert {airport: row["flights"] for airport, row in before.items()} == known["flights"]
    assert after["EWR"]["flights"] == before["EWR"]["flights"] - 1
    assert after["JFK"]["flights"] == before["JFK"]["flights"]
    assert after["JFK"]["delay"] == pytest.approx(before["JFK"]["delay"] + 1000 / known["arrived"]["JFK"])
    assert after["LGA"]["flights"] == before["LGA"]["flights"] + 1
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
