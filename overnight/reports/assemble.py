"""Collects what a date's page shows out of what the stages recorded."""

from datetime import date, timedelta
from typing import Literal

from overnight import catalog
from overnight.lake.uris import Lake
from overnight.monitoring.drift import DateDrift
from overnight.publishing import history
from overnight.publishing.delta import DeltaLog
from overnight.reports.content import DateReport, QuarantineReason, StageTiming
from overnight.reports.write import write_report
from overnight.runs.result import StageResult
from overnight.runs.run import Run
from overnight.scoring.bundle import ModelCard, read_card
from overnight.scoring.store import read_bundle
from overnight.spec import UNDATED, Pipeline
from overnight.stages import Stage
from overnight.validation.verdict import PartitionVerdict, Verdicts

VOLUME_DAYS = 30


def published_report(
    run: Run, pipeline: Pipeline, day: date, card: ModelCard, drift: DateDrift, verdicts: Verdicts
) -> DateReport:
    """The page of a date that this run has published."""
    results = [result for stage in Stage if (result := run.result(stage))]
    return _report(run, pipeline, day, card, verdicts, results, state="published", reason=None, drift=drift)


def write_stopped_report(run: Run, day: date, stopped: StageResult, verdicts: Verdicts) -> str:
    """Write the page of a date that a stage has just stopped; returns its URI."""
    pipeline = catalog.load(run.pipeline)
    card = read_card(read_bundle(run.model.uri, run.model.digest))
    results = [*(result for stage in stopped.stage.earlier if (result := run.result(stage))), stopped]
    reason = stopped.stopped[day].reason
    return write_report(
        run.lake, _report(run, pipeline, day, card, verdicts, results, state="stopped", reason=reason, drift=None)
    )


def volume(lake: Lake, pipeline: str, day: date) -> tuple[tuple[date, int], ...]:
    """Published rows of the dates up to a day, oldest first; dates without a live run are left out."""
    table = DeltaLog.open(lake.table(pipeline, "predictions"))
    live = history.published(table) if table else []
    first = day - timedelta(days=VOLUME_DAYS - 1)
    return tuple((each.day, each.rows) for each in live if first <= each.day <= day)


def _report(
    run: Run,
    pipeline: Pipeline,
    day: date,
    card: ModelCard,
    verdicts: Verdicts,
    results: list[StageResult],
    *,
    state: Literal["published", "stopped", "failed"],
    reason: str | None,
    drift: DateDrift | None,
) -> DateReport:
    by_stage = {result.stage: result for result in results}
    validated = by_stage[Stage.VALIDATE].facts_of(day)
    built = by_stage[Stage.BUILD_FEATURES].facts_of(day) if Stage.BUILD_FEATURES in by_stage else {}
    scored = by_stage.get(Stage.SCORE)
    return DateReport(
        pipeline=pipeline.name,
        description=pipeline.description,
        day=day,
        state=state,
        reason=reason,
        run_id=run.run_id,
        opened_at=run.opened_at,
        model_name=run.model.name,
        model_version=run.model.version,
        model_digest=run.model.digest,
        trained_on=card.trained_on,
        metrics=card.metrics,
        libraries=card.libraries,
        rows_in=validated["rows_in"],
        rows_quarantined=validated["rows_quarantined"],
        rows_excluded=built.get("rows_excluded", 0),
        rows_scored=scored.rows_of(day) if scored else 0,
        partitions=_read_by(pipeline, day, verdicts),
        warnings=tuple(validated["warnings"]),
        quarantine=tuple(QuarantineReason(**each) for each in validated["quarantine"]),
        drift=drift,
        volume=volume(run.lake, pipeline.name, day),
        stages=tuple(StageTiming(str(result.stage), result.attempt, result.seconds) for result in results),
    )


def _read_by(pipeline: Pipeline, day: date, verdicts: Verdicts) -> tuple[PartitionVerdict, ...]:
    """The verdicts on the partitions that a date reads: its own first, then history from the latest back."""
    population = verdicts[pipeline.population.name][day]
    history_of = [verdicts[source.name][each] for source in pipeline.history for each in pipeline.history_dates(source, day)]
    references = [verdicts[source.name][UNDATED] for source in pipeline.reference]
    return (population, *history_of, *references)
