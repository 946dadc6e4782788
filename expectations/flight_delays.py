"""What flight_delays demands of its raw input and of its predictions.

Severity decides what a failure does: `critical` stops the date, `warning` on a row rule quarantines the rows that broke
it, `info` is only reported.
"""

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from overnight.validation.batch import Batch

NEW_YORK_AIRPORTS = ["EWR", "JFK", "LGA"]
CARRIER = r"^[A-Z0-9]{2}$"
AIRPORT = r"^[A-Z]{3}$"
FLIGHT_KEY = ["carrier", "flight", "origin"]
FLIGHT_TYPES = {
    "flight_date": "DateType",
    "carrier": "StringType",
    "flight": "IntegerType",
    "origin": "StringType",
    "dest": "StringType",
    "sched_dep_time": "IntegerType",
}


def schedules(batch: Batch) -> list[Expectation]:
    """Flights planned for a day, known before the day begins."""
    types = FLIGHT_TYPES | {"sched_arr_time": "IntegerType", "scheduled_departure": "TimestampType", "distance": "IntegerType"}
    return [
        *_of_types(types),
        *_flights(batch),
        gxe.ExpectColumnMaxToBeBetween(column="scheduled_departure", min_value=batch.begins, max_value=batch.ends),
        gxe.ExpectColumnValuesToBeBetween(column="sched_arr_time", min_value=0, max_value=2400, severity="warning"),
        gxe.ExpectColumnValuesToBeBetween(column="distance", min_value=1, max_value=6000, severity="warning"),
    ]


def arrivals(batch: Batch) -> list[Expectation]:
    """What became of a day's flights, complete when the next day begins."""
    types = FLIGHT_TYPES | {
        "tailnum": "StringType",
        "arr_delay": "IntegerType",
        "cancelled": "BooleanType",
        "recorded_at": "TimestampType",
    }
    return [
        *_of_types(types),
        *_flights(batch),
        gxe.ExpectColumnValuesToNotBeNull(column="recorded_at", severity="warning"),
        gxe.ExpectColumnMaxToBeBetween(column="recorded_at", min_value=batch.begins),
        gxe.ExpectColumnValuesToBeBetween(column="arr_delay", min_value=-120, max_value=2880, severity="warning"),
        gxe.ExpectColumnMeanToBeBetween(column="arr_delay", min_value=-60, max_value=180, severity="info"),
    ]


def weather(batch: Batch) -> list[Expectation]:
    """Hourly observations at the three airports."""
    measured = ("wind_speed", "precip", "pressure", "visib")
    return [
        *_of_types({"origin": "StringType", "observed_at": "TimestampType"} | dict.fromkeys(measured, "DoubleType")),
        _volume(batch),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["origin", "observed_at"]),
        gxe.ExpectColumnValuesToBeInSet(column="origin", value_set=NEW_YORK_AIRPORTS),
        gxe.ExpectColumnMaxToBeBetween(column="observed_at", min_value=batch.begins, max_value=batch.ends),
        gxe.ExpectColumnValuesToBeBetween(column="wind_speed", min_value=0, max_value=250, severity="warning"),
        gxe.ExpectColumnValuesToBeBetween(column="precip", min_value=0, max_value=20, severity="warning"),
        gxe.ExpectColumnValuesToBeBetween(column="visib", min_value=0, max_value=10, severity="warning"),
        gxe.ExpectColumnValuesToNotBeNull(column="pressure", mostly=0.5, severity="info"),
    ]


def planes(batch: Batch) -> list[Expectation]:
    """The register of planes."""
    return [
        *_of_types({"tailnum": "StringType", "manufactured": "IntegerType", "seats": "IntegerType"}),
        gxe.ExpectColumnValuesToBeUnique(column="tailnum"),
        gxe.ExpectTableRowCountToBeBetween(min_value=1),
        gxe.ExpectColumnValuesToBeBetween(column="seats", min_value=1, max_value=900, severity="warning"),
    ]


def predictions(batch: Batch) -> list[Expectation]:
    """What is about to be published."""
    return [
        gxe.ExpectColumnValuesToNotBeNull(column="score"),
        gxe.ExpectColumnValuesToBeBetween(column="score", min_value=0, max_value=1),
        gxe.ExpectColumnMeanToBeBetween(column="score", min_value=0.02, max_value=0.90),
    ]


def _flights(batch: Batch) -> list[Expectation]:
    """What schedules and arrivals have in common."""
    return [
        _volume(batch),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=FLIGHT_KEY),
        gxe.ExpectColumnPairValuesToBeEqual(column_A="flight_date", column_B="partition_date", severity="warning"),
        gxe.ExpectColumnValuesToNotBeNull(column="flight", severity="warning"),
        gxe.ExpectColumnValuesToNotBeNull(column="carrier", severity="warning"),
        gxe.ExpectColumnValuesToMatchRegex(column="carrier", regex=CARRIER, severity="warning"),
        gxe.ExpectColumnValuesToNotBeNull(column="origin", severity="warning"),
        gxe.ExpectColumnValuesToBeInSet(column="origin", value_set=NEW_YORK_AIRPORTS, severity="warning"),
        gxe.ExpectColumnValuesToNotBeNull(column="dest", severity="warning"),
        gxe.ExpectColumnValuesToMatchRegex(column="dest", regex=AIRPORT, severity="warning"),
        gxe.ExpectColumnValuesToNotBeNull(column="sched_dep_time", severity="warning"),
        gxe.ExpectColumnValuesToBeBetween(column="sched_dep_time", min_value=0, max_value=2359, severity="warning"),
    ]


def _of_types(types: dict[str, str]) -> list[Expectation]:
    return [
        gxe.ExpectTableColumnsToMatchSet(column_set=list(types), exact_match=False),
        *(gxe.ExpectColumnValuesToBeOfType(column=column, type_=name) for column, name in types.items()),
    ]


def _volume(batch: Batch) -> Expectation:
    lowest, highest = batch.usual_rows
    return gxe.ExpectTableRowCountToBeBetween(min_value=lowest, max_value=highest)
