"""Made-up content of pages: one published date of flight_delays, small enough to check by eye."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from overnight.monitoring.drift import ColumnDrift, DateDrift
from overnight.monitoring.verdict import Verdict
from overnight.reports.content import DateReport, QuarantineReason, StageTiming
from overnight.validation.verdict import CRITICAL, WARNING, Check, PartitionVerdict

DAY = date(2013, 7, 4)


def a_column(column: str = "dep_hour", **changes: Any) -> ColumnDrift:
    """A column with two bins whose shares moved from 3:1 to 1:1."""
    usual = ColumnDrift(
        column=column,
        role="feature",
        kind="numeric",
        rows=731,
        psi=0.27,
        usual_psi=0.05,
        ks=0.25,
        js=0.18,
        null_rate_then=0.0,
        null_rate_now=0.002,
        out_of_range=0.0,
        verdict=Verdict.OK,
        reason=f"{column}: PSI 0.27, usual up to 0.05",
        labels=("0 to 12", "12 to 24"),
        then=(0.75, 0.25),
        now=(0.5, 0.5),
    )
    return replace(usual, **changes)


def a_drift(*columns: ColumnDrift, verdict: Verdict = Verdict.OK, reason: str = "as usual") -> DateDrift:
    """The drift of a date with these columns, by default a score and a feature."""
    return DateDrift(verdict, reason, 731, columns or (a_column("score", role="score"), a_column()))


def a_check(column: str = "origin", **changes: Any) -> Check:
    """A row rule that held."""
    held = Check(
        expectation="expect_column_values_to_be_in_set",
        column=column,
        severity=WARNING,
        success=True,
        observed="0 of 737 rows",
        unexpected=0,
        is_row_rule=True,
    )
    return replace(held, **changes)


def a_partition(source: str = "schedules", day: date | None = DAY, **changes: Any) -> PartitionVerdict:
    """A partition of which every check held."""
    return replace(PartitionVerdict(source=source, day=day, rows=737, checks=(a_check(),)), **changes)


def a_report(**changes: Any) -> DateReport:
    """A published date on which nothing stands out."""
    clean = DateReport(
        pipeline="flight_delays",
        description="Probability that a flight arrives late.",
        day=DAY,
        state="published",
        reason=None,
        run_id="20130704T050012Z-9f31c2ab",
        opened_at=datetime(2013, 7, 4, 5, 0, 12, tzinfo=UTC),
        model_name="flight_delays",
        model_version="3",
        model_digest="8c1f0a5d2e7b94631fd0c7aa52e6b0f1",
        trained_on="2013-02-01..2013-05-31",
        metrics={"roc_auc": 0.731, "log_loss": 0.471, "baseline_roc_auc": 0.5, "baseline_log_loss": 0.56},
        libraries={"scikit-learn": "1.9.1"},
        rows_in=737,
        rows_quarantined=0,
        rows_excluded=0,
        rows_scored=737,
        partitions=(a_partition(),),
        drift=a_drift(),
        volume=((date(2013, 7, 3), 985), (DAY, 737)),
        stages=(StageTiming("validate", "a1", 21.4), StageTiming("score", "a2", 9.7)),
    )
    return replace(clean, **changes)


def a_stopped_report(**changes: Any) -> DateReport:
    """A date that validation stopped, because a critical check of its population failed."""
    problem = "schedules/2013-07-04: expect_table_row_count_to_be_between failed (12)."
    failed = a_check("", expectation="expect_table_row_count_to_be_between", severity=CRITICAL, success=False, observed="12")
    stopped = a_report(
        state="stopped",
        reason=problem,
        rows_in=12,
        rows_scored=0,
        partitions=(a_partition(rows=12, checks=(a_check(), failed), problems=(problem,)),),
        drift=None,
        volume=((date(2013, 7, 3), 985),),
    )
    return replace(stopped, **changes)


A_REASON = QuarantineReason("schedules", "expect_column_values_to_be_in_set(origin)", 6)
