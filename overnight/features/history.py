"""Looking back without looking ahead: sums over the days before a target date's cut-off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import DecimalType, IntegralType, StructType

from overnight.errors import UsageError
from overnight.spec import CutOff, Source

TARGET_DATE = "target_date"
PARTITION_DATE = "partition_date"
KNOWN_FROM = "known_from"


@dataclass(frozen=True)
class History:
    """One dated source as target dates may know it.

    `rows` holds every validated row that any of the target dates may read, with `partition_date` and
    `known_from`, the first target date whose cut-off lies after the row's event time. `over` and `lasting` honour
    both; code that reads `rows` itself can leak between the dates of a set, and the point-in-time tests will say so.
    """

    source: Source
    rows: DataFrame
    target_dates: DataFrame
    days_behind: int

    def over(self, by: Sequence[str], days: Sequence[int], **sums: Column) -> DataFrame:
        """Exact sums per target date and `by`, over each of the look-backs in `days`.

        Example: `arrivals.over(["carrier"], days=[7, 28], late=F.col("late"))` has the columns
        `target_date, carrier, late_7d, late_28d`. Groups without rows in a look-back sum to 0.

        Raises:
            UsageError: a look-back exceeds the source's, or a sum is not over integers or decimals:
                sums of doubles depend on the order of rows, so the same rows would not give the same bits.
        """
        self._require_read(max(days))
        daily = self.rows.groupBy(*by, PARTITION_DATE, KNOWN_FROM).agg(
            *(F.sum(value).alias(name) for name, value in sums.items())
        )
        _require_exact(daily.schema, sums)
        seen = self._seen_by_target_dates(daily, max(days))
        age = F.datediff(TARGET_DATE, PARTITION_DATE) - self.days_behind
        windows = [
            F.sum(F.when(age < length, F.col(name)).otherwise(F.lit(0))).alias(f"{name}_{length}d")
            for name in sums
            for length in days
        ]
        return seen.groupBy(TARGET_DATE, *by).agg(*windows)

    def lasting(self, days: int) -> DataFrame:
        """The rows themselves, once per target date that may see them, of the last `days` partitions.

        Raises:
            UsageError: the look-back exceeds the source's.
        """
        self._require_read(days)
        return self._seen_by_target_dates(self.rows, days)

    def with_rows(self, rows: DataFrame) -> "History":
        """The same history with enriched rows, which must still hold `partition_date` and `known_from`."""
        return replace(self, rows=rows)

    def _require_read(self, days: int) -> None:
        if days > self.source.look_back_days:
            raise UsageError(
                f"A look-back of {days} days over {self.source.name}, which reads {self.source.look_back_days}. "
                f"Raise look_back_days of the source in the pipeline's spec."
            )

    def _seen_by_target_dates(self, rows: DataFrame, days: int) -> DataFrame:
        first = F.greatest(F.col(KNOWN_FROM), F.date_add(PARTITION_DATE, self.days_behind))
        last = F.date_add(PARTITION_DATE, self.days_behind + days - 1)
        seen = rows.where(first <= last).withColumn(TARGET_DATE, F.explode(F.sequence(first, last)))
        return seen.join(F.broadcast(self.target_dates), on=TARGET_DATE, how="leftsemi")


def days_behind(cut_off: CutOff) -> int:
    """How many days the latest readable partition lies before its target date: 1 for a cut-off at midnight."""
    any_day = date(2000, 1, 1)
    return (any_day - cut_off.last_history_date(any_day)).days


def known_from(cut_off: CutOff, event_time: str | None) -> Column:
    """The first target date whose cut-off lies strictly after a row's event time (UTC).

    Rows without an event time count as known when their partition's day is over.
    """
    if event_time is None:
        return F.date_add(PARTITION_DATE, days_behind(cut_off))
    local_day = F.to_date(F.from_utc_timestamp(event_time, cut_off.timezone))
    cut_off_of_day = F.to_utc_timestamp(
        F.concat_ws(" ", local_day.cast("string"), F.lit(cut_off.at.isoformat())).cast("timestamp"), cut_off.timezone
    )
    same_day = F.date_sub(local_day, cut_off.days_after)
    return F.when(F.col(event_time) < cut_off_of_day, same_day).otherwise(F.date_add(same_day, 1))


def _require_exact(schema: StructType, sums: dict[str, Column]) -> None:
    inexact = [name for name in sums if not isinstance(schema[name].dataType, IntegralType | DecimalType)]
    if inexact:
        raise UsageError(
            f"The sums {inexact} are over floating-point values, whose result depends on the order of rows. "
            f"Cast to an integer or a decimal first, and divide once at the end."
        )
