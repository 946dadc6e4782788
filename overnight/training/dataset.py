"""The training set: the same features that scoring sees, joined with the labels that became known later."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
import pyarrow as pa
from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from overnight.errors import BadData
from overnight.features.build import build, labels
from overnight.features.contract import FeatureContract
from overnight.features.history import PARTITION_DATE, TARGET_DATE
from overnight.lake import sources
from overnight.lake.storage import Files
from overnight.lake.uris import Lake
from overnight.spec import Pipeline
from overnight.validation.gate import decide, judge_inputs
from overnight.validation.verdict import PartitionVerdict


@dataclass(frozen=True)
class TrainingSet:
    """Features and labels, sorted by date and key; `left_out` says which dates the gate refused, and why."""

    rows: pa.Table
    contract: FeatureContract
    label: str
    left_out: Mapping[date, str]

    def of(self, dates: Sequence[date]) -> pa.Table:
        """The rows of some of the dates."""
        days = self.rows[TARGET_DATE].to_pandas()
        return self.rows.filter(pa.array(days.isin(set(dates))))

    def labels(self, rows: pa.Table) -> pd.Series:
        """The labels of a selection of rows."""
        labels: pd.Series = rows[self.label].to_pandas()
        return labels


def training_files(lake: Lake, pipeline: Pipeline, dates: Sequence[date]) -> Files:
    """The files behind the features and the labels of the training dates."""
    files = dict(sources.list_inputs(lake, pipeline, dates))
    source = pipeline.source(pipeline.label.source)
    outcomes = {day: sources.list_partition(lake, source, day) for day in dates}
    return files | {source.name: {**files[source.name], **outcomes}}


def training_set(spark: SparkSession, lake: Lake, pipeline: Pipeline, dates: Sequence[date], files: Files) -> TrainingSet:
    """Validate, build features and join labels for many dates at once.

    Raises:
        BadData: no date passed the gate.
    """
    verdicts = judge_inputs(spark, lake, pipeline, files)
    left_out = {day: problem for day in dates if (problem := _why_not(pipeline, day, verdicts))}
    usable = [day for day in dates if day not in left_out]
    if not usable:
        first = next(iter(left_out.values()))
        raise BadData(f"None of the {len(dates)} training dates can be used. The first problem: {first}")
    features = build(pipeline, sources.feature_inputs(spark, pipeline, usable, files, verdicts))
    source = pipeline.source(pipeline.label.source)
    outcomes = sources.validated(
        spark, pipeline, source, {day: files[source.name][day] for day in usable}, verdicts[source.name]
    ).withColumnRenamed(PARTITION_DATE, TARGET_DATE)
    known = labels(pipeline, outcomes).where(F.col(pipeline.label.name).isNotNull())
    joined = features.join(known, on=[*pipeline.key, TARGET_DATE], how="inner").toArrow()
    rows = joined.sort_by([(TARGET_DATE, "ascending"), *((name, "ascending") for name in pipeline.key)])
    contract = FeatureContract.of(rows.drop_columns([pipeline.label.name]).schema, pipeline.key)
    return TrainingSet(rows, contract, pipeline.label.name, left_out)


def _why_not(pipeline: Pipeline, day: date, verdicts: Mapping[str, Mapping[date, PartitionVerdict]]) -> str | None:
    stops, _ = decide(pipeline, day, verdicts)
    outcome = verdicts[pipeline.label.source][day]
    return next(iter([*stops, *outcome.problems]), None)
