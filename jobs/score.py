"""Score: each feature file goes to one worker, which reads, scores, profiles and writes."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from overnight import catalog
from overnight.features.history import PARTITION_DATE, TARGET_DATE
from overnight.lake import sources
from overnight.lake.storage import FileRef
from overnight.monitoring.profile import Profile, empty
from overnight.publishing.audit import ScoreSummary
from overnight.runs.attempt import new_attempt
from overnight.runs.process import main
from overnight.runs.result import DataFile, StageResult
from overnight.runs.run import Run
from overnight.scoring import bundle
from overnight.scoring.bundle import BundleFiles
from overnight.scoring.store import read_bundle
from overnight.scoring.worker import ScoredFile, ScoringJob, score_files
from overnight.spec import Pipeline
from overnight.stages import Stage
from overnight.validation.batch import ANY_COUNT, batch_of
from overnight.validation.judge import judge
from overnight.validation.suites import suite_of
from overnight.validation.verdict import Check


def score(run: Run, spark: SparkSession) -> StageResult:
    """Score all feature files of the run with the bundle that open_run fixed."""
    attempt = new_attempt()
    dates = run.live_dates(Stage.SCORE)
    files = [file for file in run.result_of(Stage.BUILD_FEATURES).files if file.day in dates]
    bundle_files = read_bundle(run.model.uri, run.model.digest)
    _require_usable(bundle_files, files)
    job = ScoringJob(
        folder=run.lake.table_attempt(run.pipeline, "predictions", run.run_id, attempt),
        digest=run.model.digest,
        model_name=run.model.name,
        model_version=run.model.version,
        run_id=run.run_id,
        scored_at=datetime.now(UTC),
    )
    shipped = spark.sparkContext.broadcast(bundle_files)

    def work(tasks: Iterable[list[tuple[date, str]]]) -> Iterator[ScoredFile]:
        return (scored for task in tasks for scored in score_files(task, shipped.value, job))

    tasks = balanced(files, spark.sparkContext.defaultParallelism)
    scored = spark.sparkContext.parallelize(tasks, len(tasks)).mapPartitions(work).collect() if tasks else []
    nothing = empty(bundle.read_reference(bundle_files).bins)
    checks = judge_predictions(spark, catalog.load(run.pipeline), [each.file for each in scored], dates)
    return StageResult(
        stage=Stage.SCORE,
        attempt=attempt,
        files=tuple(each.file for each in scored),
        facts={day.isoformat(): _facts([each for each in scored if each.file.day == day], checks[day], nothing) for day in dates},
    )


def _require_usable(bundle_files: BundleFiles, files: Sequence[DataFile]) -> None:
    """What a worker would refuse is refused here, since Spark wraps a worker's error and its exit code is lost."""
    bundle.require_libraries(bundle.read_card(bundle_files))
    bundle.require_known_types(bundle_files)
    for file in files[:1]:  # one job wrote them all
        schema = sources.footer([FileRef(file.uri, file.size, 0)]).schema
        bundle.read_contract(bundle_files).require(schema)


def balanced(files: Sequence[DataFile], cores: int) -> list[list[tuple[date, str]]]:
    """Feature files packed into tasks of about equal rows, four per core, so that no core waits long for another."""
    count = min(len(files), 4 * cores)
    tasks: list[list[tuple[date, str]]] = [[] for _ in range(count)]
    loads = [0] * count
    for file in sorted(files, key=lambda file: file.rows, reverse=True):
        lightest = loads.index(min(loads))
        tasks[lightest].append((file.day, file.uri))
        loads[lightest] += file.rows
    return tasks


def judge_predictions(
    spark: SparkSession, pipeline: Pipeline, files: Sequence[DataFile], dates: Sequence[date]
) -> dict[date, tuple[Check, ...]]:
    """The verdict of the pipeline's `predictions` suite on what was staged, for the audit to act on."""
    if not files:
        return dict.fromkeys(dates, ())
    rows = sources.read_files(spark, [file.uri for file in files]).withColumn(PARTITION_DATE, F.col(TARGET_DATE))
    batches = [batch_of(pipeline, "predictions", day, ANY_COUNT) for day in dates]
    return judge(rows, suite_of(pipeline, "predictions"), batches)


def _facts(scored: Sequence[ScoredFile], checks: Sequence[Check], nothing: Profile) -> dict[str, object]:
    profile, summary = nothing, ScoreSummary(0, 0, None, None)
    for each in scored:
        profile = profile.merge(each.profile)
        summary = summary.merge(each.summary)
    return {"profile": profile.as_json(), "scores": asdict(summary), "checks": [asdict(check) for check in checks]}


if __name__ == "__main__":
    sys.exit(main(Stage.SCORE))
