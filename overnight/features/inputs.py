"""What a feature pipeline is given: validated rows, and the dates to compute; never a path."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from pyspark.sql import DataFrame

from overnight.errors import UsageError
from overnight.features.history import History

Found = TypeVar("Found")


@dataclass(frozen=True)
class FeatureInputs:
    """The sources of one pipeline for a set of target dates.

    `population` has one row to score per line, with its `target_date`.
    """

    population: DataFrame
    histories: Mapping[str, History]
    references: Mapping[str, DataFrame]

    def history(self, name: str) -> History:
        """A history source of the pipeline's spec."""
        return _named(self.histories, name, "history source")

    def reference(self, name: str) -> DataFrame:
        """An undated source of the pipeline's spec."""
        return _named(self.references, name, "reference source")


def _named(available: Mapping[str, Found], name: str, what: str) -> Found:
    if name not in available:
        raise UsageError(f"There is no {what} {name!r}. The spec declares {sorted(available)}. Declare it in pipelines/.")
    return available[name]
