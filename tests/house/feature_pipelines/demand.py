"""Features of an item in a store: its number, whether it is promoted, and yesterday's sales."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F

from overnight.features.history import TARGET_DATE
from overnight.features.inputs import FeatureInputs

KEY = ["store", "item"]


def features(inputs: FeatureInputs) -> DataFrame:
    """One row per item in a store's assortment."""
    sold = inputs.history("sales").over(KEY, days=[1], units=F.col("units"))
    return inputs.population.join(sold, on=[TARGET_DATE, *KEY], how="left").select(
        *KEY,
        TARGET_DATE,
        F.col("store").alias("store_code"),
        F.col("item").alias("item_number"),
        "promoted",
        "units_1d",
    )


def label(outcomes: DataFrame) -> DataFrame:
    """Units sold on the day."""
    return outcomes.select(*KEY, TARGET_DATE, "units")
