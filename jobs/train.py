"""Train: validate, build the training set, fit, evaluate, register, and promote what is better than its baseline."""

import logging

from pyspark.sql import SparkSession

from overnight import catalog
from overnight.lake.uris import Lake
from overnight.registry.models import Registry
from overnight.runs import fingerprint
from overnight.runs.run import ModelRef
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
