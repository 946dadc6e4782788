"""Validate: judge every partition the run reads, quarantine rows that break a rule, stop dates that must not go on."""

import sys
from collections.abc import Mapping

from pyspark.sql import SparkSession

from overnight import catalog
from overnight.errors import ExitCode
from overnight.reports.assemble import write_stopped_report
from overnight.runs.attempt import new_attempt
from overnight.runs.process import main
from overnight.runs.result import StageResult, Stop
from overnight.runs.run import Run
from overnight.stages import Stage
from overnight.validation.gate import decide, judge_inputs
from overnight.validation.quarantine import Reasons, quarantine
from overnight.validation.store import save_verdicts
from overnight.validation.verdict import PartitionVerdict


def validate(run: Run, spark: SparkSession) -> StageResult:
    """Judge the inputs of all dates in one pass; each date's verdict is its own."""
    pipeline = catalog.load(run.pipeline)
    attempt = new_attempt()
    folder = run.lake.attempt(run.pipeline, run.run_id, Stage.VALIDATE, attempt)
    verdicts = judge_inputs(spark, run.lake, pipeline, run.inputs)
    save_verdicts(folder, verdicts)
    decisions = {day: decide(pipeline, day, verdicts) for day in run.dates}
    reasons = {day: quarantine(spark, run, pipeline, attempt, day, verdicts) for day in run.dates}
    result = StageResult(
        stage=Stage.VALIDATE,
        attempt=attempt,
        folder=folder,
        stopped={day: Stop(" ".join(stops), ExitCode.BAD_DATA) for day, (stops, _) in decisions.items() if stops},
        facts={
            day.isoformat(): _facts(verdicts[pipeline.population.name][day], warnings, reasons[day])
            for day, (_, warnings) in decisions.items()
        },
    )
    for day in result.stopped:
        write_stopped_report(run, day, result, verdicts)
    return result


def _facts(population: PartitionVerdict, warnings: list[str], reasons: Reasons) -> Mapping[str, object]:
    return {
        "rows_in": population.rows,
        "rows_quarantined": population.quarantined,
        "warnings": warnings,
        "quarantine": [{"source": source, "rule": rule, "rows": rows} for (source, rule), rows in sorted(reasons.items())],
    }


if __name__ == "__main__":
    sys.exit(main(Stage.VALIDATE))
