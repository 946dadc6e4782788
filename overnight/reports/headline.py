"""What the page says first: the verdict in words, and what to do next if anything."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from overnight.monitoring.drift import ColumnDrift
from overnight.reports.content import DateReport
from overnight.reports.display import count, counted, in_words, joined, long_date, share_of
from overnight.validation.verdict import INFO, PartitionVerdict


class Tone(StrEnum):
    """How loudly a page speaks; also the CSS class of what it colours."""

    OK = "ok"
    WARN = "warn"
    ALERT = "alert"
    UNKNOWN = "unknown"


GRAVEST_FIRST = (Tone.ALERT, Tone.WARN, Tone.UNKNOWN, Tone.OK)


@dataclass(frozen=True)
class Headline:
    """The verdict as a sentence, what it means, and the steps that follow from it (none: nothing to do)."""

    tone: Tone
    title: str
    meaning: str
    steps: tuple[str, ...]


def headline(report: DateReport) -> Headline:
    """The first thing that the page of a date says."""
    return _of_published(report) if report.state == "published" else _of_unpublished(report)


def by_gravity(columns: Iterable[ColumnDrift]) -> list[ColumnDrift]:
    """Columns, the gravest verdict first, and among equals those whose PSI exceeds the usual the most."""
    return sorted(
        columns, key=lambda each: (GRAVEST_FIRST.index(Tone(each.verdict)), each.usual_psi - (each.psi or 0.0), each.column)
    )


def columns_of(report: DateReport, verdict: Tone) -> list[ColumnDrift]:
    """The columns on which drift gave this verdict, the most unusual first."""
    return by_gravity(column for column in report.drift.columns if Tone(column.verdict) is verdict) if report.drift else []


def blocking(report: DateReport) -> list[PartitionVerdict]:
    """The partitions whose problems the reason names; unusable look-back partitions are not among them."""
    reason = report.reason or ""
    return [each for each in report.partitions if any(problem and problem in reason for problem in each.problems)]


def _of_unpublished(report: DateReport) -> Headline:
    day = long_date(report.day)
    if report.state == "stopped":
        title = f"Stopped. Nothing was published for {day}."
        steps = tuple(_after_stop(report))
    else:
        title = f"Failed. Nothing was published for {day}."
        steps = (
            "Settle the reason above; the log of the stage that failed says more.",
            "Then run the date again. Nothing needs to be cleaned up by hand.",
        )
    return Headline(
        Tone.ALERT, title, "If an earlier version of this date was published, readers still see it, unchanged.", steps
    )


def _after_stop(report: DateReport) -> Iterator[str]:
    culprits = blocking(report)
    for partition in culprits[:5]:
        yield f"Correct {partition.label} at its source and land it again; its checks are listed below."
    if len(culprits) > 5:
        yield f"Do the same with the other {len(culprits) - 5} partitions marked as unusable below."
    if culprits:
        yield "Then run the date again. With the same files it stops again; retrying alone does not help."
    else:
        yield "Settle the reason above, then run the date again. With the same data and model it stops again."


def _of_published(report: DateReport) -> Headline:
    steps = tuple(_worth_a_look(report))
    scored = f"{count(report.rows_scored)} of {count(report.rows_in)} rows were scored with model version {report.model_version}"
    meaning = f"{scored} and are what readers see."
    if report.drift and Tone(report.drift.verdict) is Tone.ALERT:
        return Headline(Tone.ALERT, f"Published, but {_drifted(report)} drifted away from training.", meaning, steps)
    if steps:
        deserve = "deserves" if len(steps) == 1 else "deserve"
        return Headline(Tone.WARN, f"Published. {counted(len(steps), 'thing').capitalize()} {deserve} a look.", meaning, steps)
    return Headline(Tone.OK, "Published, and nothing stands out.", meaning, ())


def _drifted(report: DateReport) -> str:
    columns = columns_of(report, Tone.ALERT)
    features = [column for column in columns if column.role != "score"]
    if len(columns) > len(features):
        return "the scores have"
    return f"{counted(len(features), 'feature')} {'has' if len(features) == 1 else 'have'}" if features else "the data has"


def _worth_a_look(report: DateReport) -> Iterator[str]:
    yield from _drift_steps(report)
    if report.rows_quarantined:
        sources = joined(sorted({each.source for each in report.quarantine})) if report.quarantine else "the input"
        rows = f"{counted(report.rows_quarantined, 'row')} ({share_of(report.rows_quarantined, report.rows_in)})"
        verb = "is" if report.rows_quarantined == 1 else "are"
        yield f"{rows.capitalize()} {verb} in quarantine and got no score. Tell the owner of {sources}; the reasons are below."
    if report.warnings:
        yield f"The run went on with {counted(len(report.warnings), 'warning')}, listed below: see whether data is still to come."
    reported = [
        f"{in_words(check.expectation)} ({check.column or 'whole batch'}) in {partition.label}"
        for partition in latest(report.partitions)
        for check in partition.checks
        if check.severity == INFO and not check.success
    ]
    if reported:
        yield f"{counted(len(reported), 'check').capitalize()} failed without consequence: {joined(reported, 2)}."


def _drift_steps(report: DateReport) -> Iterator[str]:
    alerts, warns = (columns_of(report, tone) for tone in (Tone.ALERT, Tone.WARN))
    if alerts:
        names = joined([column.column for column in alerts])
        yield f"Find out what changed in {names}. If the change is here to stay, train again on recent dates."
    if warns:
        yield f"Keep an eye on {joined([column.column for column in warns])}: act if the warning stays for some nights."
    if report.drift and Tone(report.drift.verdict) is Tone.UNKNOWN:
        yield f"Drift could not be judged: {report.drift.reason}"


def latest(partitions: tuple[PartitionVerdict, ...]) -> list[PartitionVerdict]:
    """The newest partition of each source, undated sources included, in the order given."""
    newest = {
        source: max((p.day for p in partitions if p.source == source and p.day), default=None)
        for source in {p.source for p in partitions}
    }
    return [partition for partition in partitions if partition.day == newest[partition.source]]
