"""Failures of Spark itself are told apart from bad data, since only they may be gone next time."""

from datetime import UTC, date, datetime

import great_expectations.expectations as gxe
import pytest
from pyspark.errors import PySparkException
from pyspark.sql import functions as F

from overnight.features.history import PARTITION_DATE
from overnight.validation.batch import ANY_COUNT, Batch
from overnight.validation.judge import judge

pytestmark = pytest.mark.spark

DAY = date(2024, 3, 4)
BATCH = Batch("events", DAY, datetime(2024, 3, 4, tzinfo=UTC), datetime(2024, 3, 5, tzinfo=UTC), ANY_COUNT)


def rows_of(spark, text):
    return spark.createDataFrame([(text,)], "size string").withColumn(PARTITION_DATE, F.lit(DAY))


def test_lost_executor_is_no_verdict_on_the_data(spark, monkeypatch):
    """When Spark fails, judging fails and can be retried; no partition is called bad."""
    rows = rows_of(spark, "7")

    def lost(self):
        raise PySparkException("Job aborted due to stage failure: executor lost")

    monkeypatch.setattr(type(rows), "collect", lost)
    with pytest.raises(PySparkException, match="executor lost"):
        judge(rows, lambda _: [gxe.ExpectColumnValuesToNotBeNull(column="size")], [BATCH])


def test_text_that_cannot_be_summed_is_bad_data(spark):
    """A value that Spark cannot compute with fails the expectation, and says why; retrying would not help."""
    suite = [gxe.ExpectColumnSumToBeBetween(column="size", min_value=1)]
    (check,) = judge(rows_of(spark, "seven"), lambda _: suite, [BATCH])[DAY]
    assert not check.success
    assert "CAST_INVALID_INPUT" in check.observed
