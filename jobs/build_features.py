"""Build features: the pipeline's feature code over validated rows, written as Parquet with its keys proved unique."""

import sys
from collections.abc import Sequence
from datetime import date

from pyspark.sql import SparkSession

from overnight import catalog
from overnight.errors import BadData, ExitCode
from overnight.features.build import build, excluded
from overnight.features.history import TARGET_DATE
from overnight.lake import sources
from overnight.lake.staging import write_by_date
from overnight.reports.assemble import write_stopped_report
from overnight.runs.attempt import new_attempt
from overnight.runs.process import main
from overnight.runs.result import StageResult, Stop
from overnight.runs.run import Run
from overnight.spec import Pipeline
from overnight.stages import Stage
from overnight.validation.store import load_verdicts


def build_features(run: Run, spark: SparkSession) -> StageResult:
    """Compute the features of all dates in one job."""
    pipeline = catalog.load(run.pipeline)
    attempt = new_attempt()
    dates = run.live_dates(Stage.BUILD_FEATURES)
    if not dates:
        return StageResult(stage=Stage.BUILD_FEATURES, attempt=attempt)
    verdicts = load_verdicts(run)
    inputs = sources.feature_inputs(spark, pipeline, dates, run.inputs, verdicts)
    folder = run.lake.attempt(run.pipeline, run.run_id, Stage.BUILD_FEATURES, attempt)
    files = write_by_date(build(pipeline, inputs), folder, dates)
    left_out = excluded(pipeline, inputs)
    doubled = _dates_with_doubled_keys(spark, pipeline, [file.uri for file in files]) if files else {}
    result = StageResult(
        stage=Stage.BUILD_FEATURES,
        attempt=attempt,
        files=tuple(file for file in files if file.day not in doubled),
        stopped={day: Stop(str(_doubled(pipeline, day, count)), ExitCode.BAD_DATA) for day, count in doubled.items()},
        facts={day.isoformat(): {"rows_excluded": left_out.get(day, 0)} for day in dates},
    )
    for day in result.stopped:
        write_stopped_report(run, day, result, verdicts)
    return result


def _dates_with_doubled_keys(spark: SparkSession, pipeline: Pipeline, uris: Sequence[str]) -> dict[date, int]:
    """How many keys stand more than once, by date."""
    keys = sources.read_files(spark, uris).groupBy(TARGET_DATE, *pipeline.key).count()
    found = keys.where("count > 1").groupBy(TARGET_DATE).count().collect()
    return {row[0]: row[1] for row in found}


def _doubled(pipeline: Pipeline, day: date, count: int) -> BadData:
    return BadData(
        f"{count} keys ({', '.join(pipeline.key)}) stand more than once in the features of {day}. "
        f"A join in feature_pipelines/{pipeline.name}.py multiplies rows; aggregate its right side first."
    )


if __name__ == "__main__":
    sys.exit(main(Stage.BUILD_FEATURES))
