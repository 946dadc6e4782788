"""Features of a flight as known at midnight before it: its schedule, and how its carrier, route and airport have fared."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from overnight.features.history import TARGET_DATE, History
from overnight.features.inputs import FeatureInputs

KEY = ["carrier", "flight", "origin"]
LATE_AFTER_MINUTES = 15
MINUTES_PER_DAY = 24 * 60
GROUPS = {
    "carrier": ["carrier"],
    "route": ["origin", "dest"],
    "dest": ["dest"],
    "flight": ["carrier", "flight"],
    "origin": ["origin"],
    "origin_hour": ["origin", "dep_hour"],
}


def features(inputs: FeatureInputs) -> DataFrame:
    """One row per flight scheduled on a target date."""
    flights = inputs.population.withColumn("dep_hour", dep_hour())
    arrivals = inputs.history("arrivals")
    arrivals = arrivals.with_rows(arrivals.rows.withColumn("dep_hour", dep_hour()))
    for name, by in GROUPS.items():
        flights = flights.join(late_rates(arrivals, name, by), on=[TARGET_DATE, *by], how="left")
    return (
        flights.join(planned_departures(inputs.population), on=[TARGET_DATE, "origin", "dep_hour"], how="left")
        .join(yesterday(arrivals), on=[TARGET_DATE, "origin"], how="left")
        .join(yesterdays_weather(inputs.history("weather")), on=[TARGET_DATE, "origin"], how="left")
        .join(usual_planes(arrivals, inputs.reference("planes")), on=[TARGET_DATE, "origin", "dest"], how="left")
        .select(
            *KEY,
            TARGET_DATE,
            F.col("carrier").alias("carrier_code"),
            F.col("origin").alias("origin_code"),
            F.col("dest").alias("dest_code"),
            "distance",
            minute_of_day("sched_dep_time").alias("dep_minute"),
            minute_of_day("sched_arr_time").alias("arr_minute"),
            planned_minutes().alias("planned_minutes"),
            F.dayofweek(TARGET_DATE).alias("day_of_week"),
            "planned_departures_in_hour",
            *(f"{name}_late_rate_{days}d" for name in GROUPS for days in (7, 28)),
            "origin_flights_1d",
            "origin_late_rate_1d",
            "origin_cancelled_rate_1d",
            "origin_mean_delay_1d",
            "wind_speed_max_1d",
            "visibility_min_1d",
            "precipitation_1d",
            "pressure_min_1d",
            "route_seats_28d",
            "route_plane_year_28d",
        )
    )


def label(outcomes: DataFrame) -> DataFrame:
    """Whether a flight arrived more than 15 minutes late; flights that never arrived have no label."""
    arrived = outcomes.where(F.col("arr_delay").isNotNull())
    return arrived.select(*KEY, TARGET_DATE, is_late().alias("is_late"))


def is_late() -> Column:
    """1 for an arrival more than 15 minutes behind schedule, 0 for others, null for none."""
    return (F.col("arr_delay") > LATE_AFTER_MINUTES).cast("int")


def late_rates(arrivals: History, name: str, by: list[str]) -> DataFrame:
    """Share of late arrivals per group over 7 and 28 days; null where nothing arrived."""
    outcomes = arrivals.over(by, days=[7, 28], late=is_late(), arrived=F.col("arr_delay").isNotNull().cast("int"))
    return outcomes.select(
        TARGET_DATE,
        *by,
        *(F.try_divide(f"late_{days}d", f"arrived_{days}d").alias(f"{name}_late_rate_{days}d") for days in (7, 28)),
    )


def yesterday(arrivals: History) -> DataFrame:
    """How the airport fared the day before: traffic, lateness, cancellations, mean arrival delay in minutes."""
    outcomes = arrivals.over(
        ["origin"],
        days=[1],
        flights=F.lit(1),
        arrived=F.col("arr_delay").isNotNull().cast("int"),
        late=is_late(),
        cancelled=F.col("cancelled").cast("int"),
        delay=F.col("arr_delay"),
    )
    return outcomes.select(
        TARGET_DATE,
        "origin",
        F.col("flights_1d").alias("origin_flights_1d"),
        F.try_divide("late_1d", "arrived_1d").alias("origin_late_rate_1d"),
        F.try_divide("cancelled_1d", "flights_1d").alias("origin_cancelled_rate_1d"),
        F.try_divide("delay_1d", "arrived_1d").alias("origin_mean_delay_1d"),
    )


def yesterdays_weather(weather: History) -> DataFrame:
    """The airport's weather on the day before: wind in mph, visibility in miles, rain in inches, pressure in millibars."""
    return (
        weather.lasting(days=1)
        .groupBy(TARGET_DATE, "origin")
        .agg(
            F.max("wind_speed").alias("wind_speed_max_1d"),
            F.min("visib").alias("visibility_min_1d"),
            F.sum(F.col("precip").cast("decimal(12,2)")).cast("double").alias("precipitation_1d"),
            F.min("pressure").alias("pressure_min_1d"),
        )
    )


def usual_planes(arrivals: History, planes: DataFrame) -> DataFrame:
    """The planes that flew the route over 28 days: mean seats and mean year of manufacture."""
    known = arrivals.with_rows(
        arrivals.rows.join(F.broadcast(planes.select("tailnum", "seats", "manufactured")), on="tailnum", how="inner")
    )
    flown = known.over(
        ["origin", "dest"],
        days=[28],
        seats=F.col("seats"),
        planes=F.lit(1),
        year=F.col("manufactured"),
        dated=F.col("manufactured").isNotNull().cast("int"),
    )
    return flown.select(
        TARGET_DATE,
        "origin",
        "dest",
        F.try_divide("seats_28d", "planes_28d").alias("route_seats_28d"),
        F.try_divide("year_28d", "dated_28d").alias("route_plane_year_28d"),
    )


def planned_departures(population: DataFrame) -> DataFrame:
    """How many departures are planned at the airport in the same hour."""
    by = [TARGET_DATE, "origin", "dep_hour"]
    return population.withColumn("dep_hour", dep_hour()).groupBy(*by).agg(F.count("*").alias("planned_departures_in_hour"))


def dep_hour() -> Column:
    """The hour of the planned departure, local time, 0 to 23."""
    return F.floor(F.col("sched_dep_time") / 100).cast("int")


def minute_of_day(clock: str) -> Column:
    """Minutes since midnight of a clock time written as the number HHMM."""
    return F.floor(F.col(clock) / 100).cast("int") * 60 + F.col(clock) % 100


def planned_minutes() -> Column:
    """Planned minutes between the two local clock times, across midnight where need be."""
    return F.pmod(minute_of_day("sched_arr_time") - minute_of_day("sched_dep_time"), F.lit(MINUTES_PER_DAY))
