"""Publish: verify the staged files, audit the scores, and make each date the one that readers see, in one commit."""

import logging
import sys
from datetime import date

from overnight import catalog
from overnight.errors import BadOutput, ConfigurationError, OvernightError
from overnight.publishing.audit import ScoreSummary, audit
from overnight.publishing.commit import publish_date
from overnight.publishing.delta import DeltaLog
from overnight.publishing.table import LiveDate
from overnight.publishing.verify import verify
from overnight.reports.assemble import write_stopped_report
from overnight.runs.process import main
from overnight.runs.result import StageResult, Stop
from overnight.runs.run import Run
from overnight.spec import Pipeline
from overnight.stages import Stage
from overnight.validation.store import load_verdicts

log = logging.getLogger("overnight.publish")


def publish(run: Run) -> StageResult:
    """Publish every date that passes its audit; a date that does not keeps the version it had."""
    pipeline = catalog.load(run.pipeline)
    table = DeltaLog.open(run.lake.table(run.pipeline, "predictions"))
    if table is None:
        raise ConfigurationError(f"There is no table at {run.lake.table(run.pipeline, 'predictions')}; open a new run.")
    scored = run.result_of(Stage.SCORE)
    stopped: dict[date, Stop] = {}
    live: dict[date, LiveDate] = {}
    for day in run.live_dates(Stage.PUBLISH):
        try:
            live[day] = _publish(run, pipeline, table, scored, day)
        except OvernightError as refusal:
            stopped[day] = Stop(str(refusal), refusal.exit_code)
    result = StageResult(
        stage=Stage.PUBLISH,
        attempt=scored.attempt,
        stopped=stopped,
        facts={day.isoformat(): {"version": each.version, "rows": each.rows} for day, each in live.items()},
    )
    verdicts = load_verdicts(run) if stopped else {}
    for day in stopped:
        write_stopped_report(run, day, result, verdicts)
    return result


def _publish(run: Run, pipeline: Pipeline, table: DeltaLog, scored: StageResult, day: date) -> LiveDate:
    files = scored.files_of(day)
    verify(files, table.schema)
    validated = run.result_of(Stage.VALIDATE).facts_of(day)
    built = run.result_of(Stage.BUILD_FEATURES).facts_of(day)
    audit(
        day,
        rows_in=validated["rows_in"],
        rows_scored=scored.rows_of(day),
        rows_quarantined=validated["rows_quarantined"],
        rows_excluded=built["rows_excluded"],
        score=ScoreSummary(**scored.facts_of(day)["scores"]),
        policy=pipeline.audit,
        allow_empty=pipeline.gate.allow_empty,
    )
    failed = [check for check in scored.facts_of(day)["checks"] if check["severity"] == "critical" and not check["success"]]
    if failed:
        raise BadOutput(f"The predictions of {day} fail {', '.join(check['expectation'] for check in failed)}. See the report.")
    claim = run.claim(day)
    live = publish_date(
        table,
        day=day,
        run_id=run.run_id,
        attempt=scored.attempt,
        token=claim.token,
        files=files,
        metadata={"model_version": run.model.version, "model_digest": run.model.digest},
    )
    log.info("%s is live: %d rows, table version %d", day, live.rows, live.version)
    return live


if __name__ == "__main__":
    sys.exit(main(Stage.PUBLISH))
