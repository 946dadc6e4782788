"""Train: validate, build the training set, fit, evaluate, register, and make it champion."""

import argparse
import logging
import sys

from pyspark.sql import SparkSession

from overnight import catalog
from overnight.errors import ExitCode
from overnight.lake.uris import Lake
from overnight.registry.models import Registry
from overnight.runs import fingerprint
from overnight.runs.process import guarded
from overnight.runs.run import ModelRef
from overnight.runs.session import spark_session
from overnight.settings import Settings
from overnight.training.dataset import training_files, training_set
from overnight.training.fit import fit

log = logging.getLogger("overnight.train")


def is_current(name: str, lake: Lake, registry: Registry) -> bool:
    """Whether the champion was trained from exactly what training would read now."""
    pipeline = catalog.load(name)
    dates = [*pipeline.training.fit, *pipeline.training.evaluate]
    return registry.champion_fingerprint(name) == fingerprint.of_training(pipeline, training_files(lake, pipeline, dates))


def train(name: str, lake: Lake, registry: Registry, spark: SparkSession) -> ModelRef:
    """Train one pipeline's model on the window of its spec and make it the champion."""
    pipeline = catalog.load(name)
    dates = [*pipeline.training.fit, *pipeline.training.evaluate]
    files = training_files(lake, pipeline, dates)
    log.info("validating and building features for %d dates", len(dates))
    data = training_set(spark, lake, pipeline, dates, files)
    for day, reason in data.left_out.items():
        log.warning("%s is left out of training: %s", day, reason)
    log.info("fitting on %s, evaluating on %s", pipeline.training.fit, pipeline.training.evaluate)
    files_of_bundle, card = fit(pipeline, data, fingerprint.of_training(pipeline, files))
    for metric, value in card.metrics.items():
        log.info("%-28s %.4f", metric, value)
    model = registry.register(card, files_of_bundle)
    registry.promote(model)
    log.info("%s version %s is registered and champion", model.name, model.version)
    return model


def main(arguments: list[str] | None = None) -> int:
    """The command line of the training DAG: trains, whether or not anything has changed."""
    parser = argparse.ArgumentParser(prog="jobs.train", description="Train a pipeline's model and make it champion.")
    parser.add_argument("--pipeline", required=True)
    name = parser.parse_args(arguments).pipeline

    def work() -> int:
        settings = Settings.from_env()
        catalog.load(name)
        with spark_session(f"overnight train {name}") as spark:
            train(name, Lake(settings.lake), Registry(settings.registry), spark)
        return ExitCode.OK

    return guarded(work)


if __name__ == "__main__":
    sys.exit(main())
