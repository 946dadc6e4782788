"""Great Expectations over many dates at once: every metric is computed grouped by date, then read date by date.

Great Expectations judges one batch at a time, and a backfill of a year would pay its Spark jobs 365 times. Its metrics,
though, are plain Spark columns. This engine keeps the metrics, the expectations and the verdicts as they are and only
changes how aggregates are executed: once, `groupBy(partition_date)`, for all dates. Metrics that cannot be grouped fall
back to the rows of the date in focus. Row values never leave Spark.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

from great_expectations.core.batch import Batch as GxBatch
from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.execution_engine.sparkdf_batch_data import SparkDFBatchData
from great_expectations.expectations.expectation import Expectation
from great_expectations.util import convert_to_json_serializable
from great_expectations.validator.validator import Validator
from pyspark.errors import PySparkException
from pyspark.sql import Column, DataFrame, Window
from pyspark.sql import functions as F

from overnight.features.history import PARTITION_DATE

KEEPS_VALUES = (".unexpected_values", ".unexpected_rows", ".unexpected_index_list", ".unexpected_index_query")
KEY_UNIQUENESS = "compound_columns.unique.condition"
COLUMN_UNIQUENESS = "column_values.unique.condition"
UNKNOWN = object()
# SQLSTATE classes: data exceptions (a text that is no number), and rules that do not fit the columns.
ABOUT_DATA = ("22", "42")
SAME_FOR_ALL_DATES = (".condition", ".aggregate_fn", "table.columns", "table.column_types")


class GroupedEngine(SparkDFExecutionEngine):
    """A Spark execution engine over the partitions of many dates, focused on one of them at a time."""

    def __init__(self, rows: DataFrame) -> None:
        super().__init__()
        self._focus: date | None = None
        self._grouped: dict[Any, dict[date, Any]] = {}
        self._shared: dict[Any, Any] = {}
        self._dependencies: dict[str, dict[str, Any]] = {}
        self.failure: PySparkException | None = None
        self.validator = Validator(execution_engine=self, batches=[GxBatch(data=SparkDFBatchData(self, rows))])
        self.validator.metrics_calculator.show_progress_bars = False
        self._rows = rows

    @contextmanager
    def focused_on(self, day: date) -> Iterator[None]:
        """Answer every metric for the rows of `day` alone."""
        self._focus = day
        self._metric_cache.clear()
        try:
            yield
        finally:
            self._focus = None

    def recall(self, identity: str, expectation: Expectation, runtime_configuration: Mapping[str, Any]) -> Any | None:
        """`{"success": ..., "result": ...}` of an expectation whose metrics are known since another date; else None."""
        runtime = dict(runtime_configuration)
        if identity not in self._dependencies:
            dependencies = expectation.get_validation_dependencies(self, runtime)
            self._dependencies[identity] = dict(dependencies.metric_configurations)
        metrics = {name: self._known(each) for name, each in self._dependencies[identity].items()}
        if any(value is UNKNOWN for value in metrics.values()):
            return None
        return expectation._validate(metrics=metrics, runtime_configuration=runtime, execution_engine=self)

    def _known(self, metric: Any) -> Any:
        if metric.metric_name.endswith(KEEPS_VALUES):
            return []
        if metric.id in self._shared:
            return self._shared[metric.id]
        return self._grouped.get(metric.id, {}).get(self._day(), UNKNOWN)

    def get_domain_records(self, domain_kwargs: dict[str, Any]) -> DataFrame:
        """The rows of the domain, of the date in focus if there is one."""
        records: DataFrame = super().get_domain_records(domain_kwargs)
        return records if self._focus is None else records.where(F.col(PARTITION_DATE) == F.lit(self._focus))

    def resolve_metric_bundle(self, metric_fn_bundle: Iterable[Any]) -> dict[Any, Any]:
        """Aggregates that share a domain, computed for all dates in one job and remembered."""
        wanted = list(metric_fn_bundle)
        domains: dict[str, list[Any]] = {}
        for metric in wanted:
            if metric.metric_configuration.id not in self._grouped:
                domains.setdefault(repr(sorted((metric.compute_domain_kwargs or {}).items())), []).append(metric)
        for metrics in domains.values():
            columns = {metric.metric_configuration.id: metric.metric_fn for metric in metrics}
            self._aggregate(columns, self._all_dates(metrics[0].compute_domain_kwargs or {}))
        return {metric.metric_configuration.id: self._of_focus(metric) for metric in wanted}

    def _process_direct_and_bundled_metric_computation_configurations(
        self, metric_fn_direct_configurations: list[Any], metric_fn_bundle_configurations: list[Any]
    ) -> dict[Any, Any]:
        resolved: dict[Any, Any] = {}
        left = []
        for metric in metric_fn_direct_configurations:
            name, metric_id = metric.metric_configuration.metric_name, metric.metric_configuration.id
            if metric_id in self._shared:
                resolved[metric_id] = self._shared[metric_id]
            elif name.endswith(KEEPS_VALUES):
                resolved[metric_id] = []
            elif name == KEY_UNIQUENESS:
                resolved[metric_id] = metric.metric_fn(**_within_partition(metric.metric_provider_kwargs))
            elif name == COLUMN_UNIQUENESS:
                resolved[metric_id] = _unique_within_partition(*metric.metric_fn(**metric.metric_provider_kwargs))
            elif name.endswith((".unexpected_count", ".filtered_row_count")):
                resolved[metric_id] = self._counted(metric)
            else:
                left.append(metric)
        rest = super()._process_direct_and_bundled_metric_computation_configurations(left, metric_fn_bundle_configurations)
        resolved |= rest
        self._shared |= {key: value for key, value in resolved.items() if key.metric_name.endswith(SAME_FOR_ALL_DATES)}
        return resolved

    def _counted(self, metric: Any) -> int:
        """Rows that break a condition which may be a window, and so cannot stand inside an aggregate."""
        metric_id = metric.metric_configuration.id
        if metric_id not in self._grouped:
            condition, domain, _ = metric.metric_provider_kwargs["metrics"].get(
                "unexpected_condition", (F.lit(True), metric.metric_configuration.metric_domain_kwargs, {})
            )
            # The rule's own columns say which rows its `ignore_row_if` passes over.
            records = self._all_dates(dict(domain) | dict(metric.metric_configuration.metric_domain_kwargs))
            broken = records.withColumn("__counted", condition)
            self._aggregate({metric_id: F.sum(F.col("__counted").cast("long"))}, broken)
        return int(self._grouped[metric_id].get(self._day(), 0) or 0)

    def _aggregate(self, columns: dict[Any, Column], rows: DataFrame) -> None:
        try:
            found = rows.groupBy(PARTITION_DATE).agg(*columns.values()).collect()
        except PySparkException as error:
            # Great Expectations makes a failed check of every exception; only those about the data are one.
            if (error.getSqlState() or "")[:2] not in ABOUT_DATA:
                self.failure = error
            raise
        for position, metric_id in enumerate(columns, start=1):
            self._grouped[metric_id] = {row[0]: _plain(row[position]) for row in found}

    def _of_focus(self, metric: Any) -> Any:
        by_date = self._grouped[metric.metric_configuration.id]
        if self._day() in by_date:
            return by_date[self._day()]
        nothing = self._rows.where(F.lit(False)).agg(metric.metric_fn).collect()
        return _plain(nothing[0][0])

    def _all_dates(self, domain_kwargs: dict[str, Any]) -> DataFrame:
        records: DataFrame = super().get_domain_records(domain_kwargs)
        return records

    def _day(self) -> date:
        if self._focus is None:
            raise RuntimeError("A metric was asked for outside of `focused_on`.")
        return self._focus


def _plain(value: Any) -> Any:
    """A metric's value as Great Expectations wants it; Spark hands out instants in the machine's zone, without saying so."""
    return value.astimezone(UTC) if isinstance(value, datetime) else convert_to_json_serializable(value)


def _within_partition(provider_kwargs: dict[str, Any]) -> dict[str, Any]:
    """Keys are unique within a partition, so the window that counts them gets the partition's date as well."""
    domain = provider_kwargs["metric_domain_kwargs"]
    return provider_kwargs | {"metric_domain_kwargs": domain | {"column_list": [*domain["column_list"], PARTITION_DATE]}}


def _unique_within_partition(_: Column, domain: dict[str, Any], accessor: dict[str, Any]) -> tuple[Column, Any, Any]:
    within = Window.partitionBy(F.col(accessor["column"]), F.col(PARTITION_DATE))
    doubled = F.count(F.lit(1)).over(within) > 1
    return F.col(accessor["column"]).isNotNull() & doubled, domain, accessor
