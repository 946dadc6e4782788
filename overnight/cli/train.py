"""`overnight train`: train, evaluate, register and promote a pipeline's model."""

import logging
from typing import Annotated

import typer

from overnight import catalog
from overnight.cli.arguments import PipelineName
from overnight.lake.uris import Lake
from overnight.runs.session import spark_session
from overnight.settings import Settings

log = logging.getLogger("overnight.train")


def train(
    pipeline: PipelineName,
    force: Annotated[
        bool, typer.Option("--force", help="Train even if the champion was trained from the same data and code.")
    ] = False,
) -> None:
    """Train on the window of the pipeline's spec; the new version becomes the champion."""
    catalog.load(pipeline)
    from overnight.registry.models import Registry

    settings = Settings.from_env()
    lake, registry = Lake(settings.lake), Registry(settings.registry)
    from jobs import train as job

    if not force and job.is_current(pipeline, lake, registry):
        log.info(
            "%s version %s was trained from the same data and code; nothing to do", pipeline, registry.champion_version(pipeline)
        )
        return
    with spark_session(f"overnight train {pipeline}") as spark:
        model = job.train(pipeline, lake, registry, spark)
    print(f"{model.name} version {model.version} is champion")
