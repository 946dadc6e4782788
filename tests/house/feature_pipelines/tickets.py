"""Features of a ticket: how it came in, how long it is, and what became of its channel's tickets lately."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from overnight.features.history import TARGET_DATE
from overnight.features.inputs import FeatureInputs


def features(inputs: FeatureInputs) -> DataFrame:
    """One row per ticket."""
    lately = inputs.history("routed").over(
        ["channel"], days=[2], outages=(F.col("queue") == "outage").cast("int"), routed=F.lit(1)
    )
    return inputs.population.join(lately, on=[TARGET_DATE, "channel"], how="left").select(
        "ticket_id",
        TARGET_DATE,
        F.col("channel").alias("channel_code"),
        "words",
        F.try_divide("outages_2d", "routed_2d").alias("channel_outage_rate_2d"),
    )


def excluded() -> Column:
    """Spam is not scored."""
    return F.col("spam")


def label(outcomes: DataFrame) -> DataFrame:
    """The queue that the ticket was closed in."""
    return outcomes.select("ticket_id", TARGET_DATE, "queue")
