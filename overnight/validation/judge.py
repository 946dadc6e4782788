"""Judges partitions of one source with its Great Expectations suite; verdicts do not depend on which are judged together."""

import os
import re
from collections.abc import Mapping, Sequence
from datetime import date
from functools import reduce
from operator import and_, or_
from typing import Any

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")  # before the import, which reads it

from great_expectations.core.metric_function_types import SummarizationMetricNameSuffixes
from great_expectations.core.result_format import ResultFormat
from great_expectations.expectations.expectation import Expectation
from great_expectations.validator.metric_configuration import MetricConfiguration
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F

from overnight.errors import BadData, UsageError
from overnight.features.history import PARTITION_DATE
from overnight.validation.batch import Batch
from overnight.validation.grouped_engine import GroupedEngine
from overnight.validation.suites import Suite
from overnight.validation.verdict import INFO, WARNING, Check

BASIC: Mapping[str, Any] = {"result_format": {"result_format": ResultFormat.BASIC, "partial_unexpected_count": 0}}
PY4J = "An error occurred while calling"
SPARK_CONDITION = re.compile(r"\[([A-Z_]+(?:\.[A-Z_]+)*)\]")
UNEXPECTED_COUNT = SummarizationMetricNameSuffixes.UNEXPECTED_COUNT.value


def judge(rows: DataFrame, suite: Suite, batches: Sequence[Batch]) -> dict[date, tuple[Check, ...]]:
    """Evaluate a suite on each batch's partition of `rows`, which carries `partition_date`.

    Raises:
        BadData: Spark could not read a file behind the rows; the message names it.
    """
    engine = GroupedEngine(rows)
    return {batch.day: _checks(engine, suite(batch), batch.day) for batch in batches}


def broken_rules(rows: DataFrame, suite: Suite, batches: Sequence[Batch]) -> dict[str, Column]:
    """The row rules of a suite as conditions that are true for rows that break them, by rule name.

    Only rules of severity `warning` quarantine; the conditions are the expectations' own. `batches` are the
    partitions that `rows` holds: a rule that depends on its batch is asked of the rows of that partition alone.
    """
    asked: dict[str, tuple[Expectation, list[date]]] = {}
    for batch in batches:
        for rule in suite(batch):
            if severity(rule) == WARNING and is_row_rule(rule):
                asked.setdefault(_identity(rule.configuration), (rule, []))[1].append(batch.day)
    if not asked:
        return {}
    engine = GroupedEngine(rows)
    broken: dict[str, Column] = {}
    for rule, days in asked.values():
        with engine.focused_on(days[0]):
            condition = F.coalesce(_condition(engine, rule), F.lit(False))
        if len(days) < len(batches):
            condition = condition & F.col(PARTITION_DATE).isin(days)
        name = rule_name(rule)
        broken[name] = broken[name] | condition if name in broken else condition
    return broken


def is_row_rule(expectation: Expectation) -> bool:
    """Whether the expectation speaks about single rows."""
    return bool(getattr(expectation, "map_metric", None))


def severity(expectation: Expectation) -> str:
    """`critical`, `warning` or `info`."""
    found = expectation.severity
    return str(getattr(found, "value", found)).lower()


def rule_name(expectation: Expectation) -> str:
    """The name under which a rule's failures are counted, e.g. `expect_column_values_to_be_in_set(origin)`."""
    columns = _columns(expectation)
    return f"{expectation.expectation_type}({columns})" if columns else str(expectation.expectation_type)


def _checks(engine: GroupedEngine, expectations: Sequence[Expectation], day: date) -> tuple[Check, ...]:
    asked = {_identity(each.configuration): each for each in expectations}
    with engine.focused_on(day):
        found = {identity: engine.recall(identity, each, BASIC) for identity, each in asked.items()}
        new = [asked[identity].configuration for identity, known in found.items() if known is None]
        for result in engine.validator.graph_validate(new, dict(BASIC)) if new else ():
            found[_identity(result.expectation_config)] = result
    if engine.failure is not None and "FAILED_READ_FILE" not in str(engine.failure):
        raise engine.failure  # a lost executor or a full disk says nothing about the data, and may be gone next time
    return tuple(_check(each, found[identity]) for identity, each in asked.items())


def _identity(configuration: Any) -> str:
    """An expectation's type and arguments as text, equal for expectations that ask the same."""
    kwargs = {name: value for name, value in configuration.kwargs.items() if name != "batch_id"}
    return f"{configuration.type}{sorted(kwargs.items())!r}"


def _check(expectation: Expectation, result: Any) -> Check:
    error = _error(result.get("exception_info"))
    if error and "FAILED_READ_FILE" in error:
        raise BadData(f"A raw file cannot be read: {error}. Land the partition again.")
    found = result["result"] or {}
    return Check(
        expectation=str(expectation.expectation_type),
        column=_columns(expectation),
        severity=severity(expectation),
        success=bool(result["success"]),
        observed=error or _observed(found),
        unexpected=found.get("unexpected_count"),
        is_row_rule=is_row_rule(expectation),
    )


def _observed(found: Mapping[str, Any]) -> str:
    if "element_count" in found:
        return f"{found['unexpected_count']} of {found['element_count']} rows"
    missing = (found.get("details") or {}).get("mismatched", {}).get("missing")
    if missing:
        return f"missing {', '.join(missing)}"
    value = found.get("observed_value")
    if value is None:
        return "as expected" if found.get("unexpected_count") == 0 else "nothing"
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _error(exception_info: Mapping[str, Any] | None) -> str | None:
    """Great Expectations nests its exceptions by metric; the first message says what happened."""
    if not exception_info:
        return None
    if exception_info.get("raised_exception"):
        return _first_line(exception_info.get("exception_message"))
    nested = [each for each in exception_info.values() if isinstance(each, Mapping) and each.get("raised_exception")]
    return _first_line(nested[0].get("exception_message")) if nested else None


def _first_line(message: Any) -> str:
    # Py4J says first which call failed; what went wrong stands on the line after, behind a colon.
    lines = [line.removeprefix(": ") for line in str(message).splitlines() if line.strip() and not line.startswith(PY4J)]
    condition = SPARK_CONDITION.search(lines[0]) if lines else None
    if condition and not condition[1].startswith("FAILED_READ_FILE"):
        return f"could not be evaluated: {condition[1]}"  # the rest may quote a row's value
    return f"could not be evaluated: {lines[0]}" if lines else "could not be evaluated"


def _columns(expectation: Expectation) -> str:
    kwargs = expectation.configuration.kwargs
    columns = kwargs.get("column_list") or [kwargs.get(name) for name in ("column", "column_A", "column_B")]
    return ", ".join(column for column in columns if column)


def _condition(engine: GroupedEngine, rule: Expectation) -> Column:
    if rule.configuration.kwargs.get("row_condition"):
        raise UsageError(
            f"{rule_name(rule)} has a row_condition and severity `warning`: its rows cannot be quarantined. "
            f"Give it severity `{INFO}` or `critical`, or express the condition as a rule of its own."
        )
    dependencies = rule.get_validation_dependencies(engine, {"result_format": {"result_format": ResultFormat.BOOLEAN_ONLY}})
    counted = dependencies.metric_configurations[f"{rule.map_metric}.{UNEXPECTED_COUNT}"]
    condition = MetricConfiguration(f"{rule.map_metric}.condition", counted.metric_domain_kwargs, counted.metric_value_kwargs)
    broken: Column = engine.validator.get_metric(condition)[0]
    return broken & ~_ignored(counted.metric_domain_kwargs)


def _ignored(domain: Mapping[str, Any]) -> Column:
    """Whether a rule about several columns passes over a row because of its nulls, as its `ignore_row_if` says."""
    columns = domain.get("column_list") or [domain[name] for name in ("column_A", "column_B") if name in domain]
    nulls = [F.col(column).isNull() for column in columns]
    if domain.get("ignore_row_if") in ("either_value_is_missing", "any_value_is_missing"):
        return reduce(or_, nulls)
    if domain.get("ignore_row_if") in ("both_values_are_missing", "all_values_are_missing"):
        return reduce(and_, nulls)
    return F.lit(False)
