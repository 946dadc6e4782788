"""Runs a pipeline's feature code: the same call for training and for scoring."""

from datetime import date
from types import ModuleType

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F
from pyspark.sql.types import BooleanType, NumericType, StringType, StructField

from overnight import catalog
from overnight.errors import UsageError
from overnight.features.history import TARGET_DATE
from overnight.features.inputs import FeatureInputs
from overnight.spec import Pipeline


def build(pipeline: Pipeline, inputs: FeatureInputs) -> DataFrame:
    """One row per row to score: the key, `target_date`, then the features, numbers as doubles.

    Raises:
        UsageError: the feature module lacks `features`, or its result lacks a key column or has an unusable type.
    """
    table: DataFrame = _module(pipeline).features(inputs)
    leading = [*pipeline.key, TARGET_DATE]
    missing = [name for name in leading if name not in table.columns]
    if missing:
        raise UsageError(
            f"feature_pipelines/{pipeline.name}.py returns no column {missing}. End it in a select of {leading} and features."
        )
    rule = _exclusion(pipeline)
    if rule is not None:
        table = table.join(inputs.population.where(~rule).select(*leading), on=leading, how="leftsemi")
    return table.select(*map(F.col, leading), *(_as_feature(field) for field in table.schema if field.name not in leading))


def excluded(pipeline: Pipeline, inputs: FeatureInputs) -> dict[date, int]:
    """How many rows of each target date the pipeline declares not to be scored."""
    rule = _exclusion(pipeline)
    if rule is None:
        return {}
    counted = inputs.population.where(rule).groupBy(TARGET_DATE).count().collect()
    return {row[0]: row[1] for row in counted}


def _exclusion(pipeline: Pipeline) -> Column | None:
    """The condition that `feature_pipelines.<name>.excluded()` returns, if the module has one."""
    declared = getattr(_module(pipeline), "excluded", None)
    return F.coalesce(declared(), F.lit(False)) if declared else None


def labels(pipeline: Pipeline, outcomes: DataFrame) -> DataFrame:
    """The key, `target_date` and the label, for rows whose outcome is known. `outcomes` carries `target_date`."""
    table: DataFrame = _module(pipeline).label(outcomes)
    return table.select(*pipeline.key, TARGET_DATE, F.col(pipeline.label.name))


def _module(pipeline: Pipeline) -> ModuleType:
    module = catalog.module("feature_pipelines", pipeline.name)
    for function in ("features", "label"):
        if not callable(getattr(module, function, None)):
            raise UsageError(f"feature_pipelines/{pipeline.name}.py defines no function {function}(). Add it.")
    return module


def _as_feature(field: StructField) -> Column:
    if isinstance(field.dataType, StringType):
        return F.col(field.name)
    if isinstance(field.dataType, NumericType | BooleanType):
        return F.col(field.name).cast("double")
    raise UsageError(f"Feature {field.name} has type {field.dataType.simpleString()}. Make it a number, a boolean or a string.")
