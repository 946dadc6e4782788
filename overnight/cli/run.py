"""`overnight run`: the five stages without Airflow, in one process and one Spark session."""

from typing import Annotated

import typer

from overnight import catalog
from overnight.cli.arguments import PipelineName, TargetDate
from overnight.dates import parse_date
from overnight.lake.uris import Lake
from overnight.runs.session import spark_session
from overnight.settings import Settings
from overnight.stages import Stage


def run(
    pipeline: PipelineName,
    date: TargetDate,
    force: Annotated[bool, typer.Option("--force", help="Score again even if the date is current.")] = False,
) -> None:
    """Score one target date: open_run, validate, build_features, score, publish, report_drift."""
    day = parse_date(date)
    catalog.load(pipeline)
    from jobs.open_run import open_run
    from overnight.registry.models import Registry
    from overnight.runs.process import execute, exit_code_after

    settings = Settings.from_env()
    opened = open_run(pipeline, [day], Lake(settings.lake), Registry(settings.registry), force=force)
    if opened.run is None:
        print(f"{day} is current: published by run {opened.current[day]}. Use --force to score it again.")
        return
    current = opened.run
    with spark_session(f"overnight {pipeline}") as spark:
        for stage in Stage:
            current = execute(stage, current, spark)
            if code := exit_code_after(stage, current):
                print(f"stopped at {stage}; the report is {current.lake.report(pipeline, day)}/index.html")
                raise typer.Exit(code)
    rows = current.result_of(Stage.PUBLISH).facts_of(day)["rows"]
    print(f"{day} is published: {rows} rows, {current.model.name} version {current.model.version}, run {current.run_id}")
