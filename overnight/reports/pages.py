"""Turns what a page shows into one self-contained HTML file: styles inlined, no script, nothing fetched."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from itertools import groupby
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from overnight.reports import display, plots
from overnight.reports.content import DateReport, DateSummary
from overnight.reports.headline import Tone, by_gravity, headline, latest
from overnight.validation.verdict import CRITICAL, PartitionVerdict

# How many dates of a pipeline the index shows before it folds the others.
RECENT_DATES = 30
SCORE = "score"
BASELINE = "baseline_"
HIGHER_IS_BETTER = frozenset({"roc_auc", "average_precision", "accuracy", "r2"})
METRIC_NAMES = {"roc_auc": "ROC AUC", "r2": "R²"}
# A PSI from which its bar is full; four times the usual threshold for an alert.
FULL_PSI = 1.0


@dataclass(frozen=True)
class Metric:
    """One line of the model card: the model's value beside the baseline's, and which way is up."""

    name: str
    value: float
    baseline: float | None
    higher_is_better: bool


@dataclass(frozen=True)
class PipelineDates:
    """A pipeline's dates on the index, newest first; at least one is recent."""

    pipeline: str
    recent: tuple[DateSummary, ...]
    older: tuple[DateSummary, ...]

    @property
    def strip(self) -> tuple[tuple[date, DateSummary | None], ...]:
        """The last 30 days up to the newest date, oldest first, with None where a night left no report."""
        known = {summary.day: summary for summary in self.recent}
        newest, oldest = self.recent[0].day, self.recent[-1].day
        days = (newest - timedelta(days=back) for back in reversed(range(RECENT_DATES)))
        return tuple((day, known.get(day)) for day in days if day >= oldest)


def date_page(report: DateReport) -> str:
    """The page of one date, as HTML. The same report gives the same page, byte for byte."""
    columns = report.drift.columns if report.drift else ()
    features = by_gravity(column for column in columns if column.role != SCORE)
    shown, folded = split_partitions(report.partitions)
    template = _environment().get_template("date.html.j2")
    return template.render(
        report=report,
        headline=headline(report),
        scores=[column for column in columns if column.role == SCORE],
        features=features,
        full_psi=FULL_PSI,
        partitions=shown,
        folded=[(source, list(same)) for source, same in groupby(folded, key=lambda partition: partition.source)],
        metrics=list(_metrics(report)),
        unscored=max(0, report.rows_in - report.rows_scored - report.rows_quarantined - report.rows_excluded),
    )


def index_page(summaries: Sequence[DateSummary]) -> str:
    """The page that lists every date of every pipeline, newest first, as HTML. Links are relative to it."""
    by_date = sorted(sorted(summaries, key=lambda each: each.day, reverse=True), key=lambda each: each.pipeline)
    pipelines = []
    for name, dates in groupby(by_date, key=lambda each: each.pipeline):
        newest_first = tuple(dates)
        pipelines.append(PipelineDates(name, newest_first[:RECENT_DATES], newest_first[RECENT_DATES:]))
    return _environment().get_template("index.html.j2").render(pipelines=pipelines)


def split_partitions(partitions: Sequence[PartitionVerdict]) -> tuple[list[PartitionVerdict], list[PartitionVerdict]]:
    """Partitions to show in full (the newest of each source, and any with a failure), and those to fold, newest first.

    Unusable ones come first among those shown.
    """
    newest = latest(tuple(partitions))
    shown = [each for each in partitions if each in newest or not _spotless(each)]
    folded = [each for each in partitions if each not in newest and _spotless(each)]
    shown.sort(key=lambda each: each.usable)
    folded.sort(key=lambda each: str(each.day), reverse=True)
    folded.sort(key=lambda each: each.source)
    return shown, folded


def tone_of(summary: DateSummary) -> Tone:
    """How loudly the index speaks of a date."""
    if summary.state != "published":
        return Tone.ALERT
    return Tone(summary.verdict) if summary.verdict in set(Tone) else Tone.UNKNOWN


def link(summary: DateSummary) -> str | None:
    """Where a date's page lies relative to the index; None for a pipeline that no pipeline can be called."""
    return f"{summary.pipeline}/{summary.day.isoformat()}/index.html" if summary.pipeline.isidentifier() else None


def _spotless(partition: PartitionVerdict) -> bool:
    return partition.usable and all(check.success for check in partition.checks)


def _metrics(report: DateReport) -> Iterator[Metric]:
    for name, value in report.metrics.items():
        if not name.startswith(BASELINE):
            yield Metric(
                METRIC_NAMES.get(name, display.in_words(name).capitalize()),
                value,
                report.metrics.get(f"{BASELINE}{name}"),
                name in HIGHER_IS_BETTER,
            )


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("overnight.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=display.finalize,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    formats: dict[str, Any] = {
        each.__name__: each
        for each in (
            display.text,
            display.count,
            display.counted,
            display.decimal,
            display.percent,
            display.long_date,
            display.weekday,
            display.instant,
            display.duration,
            display.in_words,
            display.rule_in_words,
        )
    }
    environment.filters.update(formats)
    environment.globals.update(
        plots=plots, share_of=display.share_of, is_number=display.is_number, tone_of=tone_of, link=link, CRITICAL=CRITICAL
    )
    return environment
