"""Models that cannot be trusted are refused before they are parsed; models that talk nonsense are not published."""

import hashlib
import json
from collections.abc import Callable
from datetime import date
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import skops.io
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from jobs.open_run import open_run
from overnight.errors import ConfigurationError
from overnight.lake.uris import Lake
from overnight.registry.models import Registry
from overnight.runs.process import execute
from overnight.runs.run import ModelRef
from overnight.scoring import bundle
from overnight.scoring.bundle import CARD, CONTRACT, ESTIMATOR, MANIFEST, BundleFiles
from overnight.scoring.trusted_types import TRUSTED_TYPES
from overnight.stages import Stage

from .nights import live, night, page, report

pytestmark = pytest.mark.spark

DAY = date(2024, 2, 29)


def champion_files(registry: str) -> BundleFiles:
    return Registry(registry).fetch(Registry(registry).champion("demand"))


def promote(registry: str, files: BundleFiles, **changed: bytes) -> ModelRef:
    """Register a bundle with some of its files changed and sealed anew, and make it the champion."""
    content = {name: data for name, data in files.items() if name != MANIFEST} | changed
    seals = {name: hashlib.sha256(data).hexdigest() for name, data in content.items()}
    sealed = content | {MANIFEST: json.dumps(seals).encode()}
    model = Registry(registry).register(bundle.read_card(files), sealed)
    Registry(registry).promote(model)
    return model


def never_parse(monkeypatch: pytest.MonkeyPatch, *functions: str) -> None:
    def fail(*arguments: object, **options: object) -> None:
        raise AssertionError("the estimator's bytes were parsed")

    for function in functions or ("loads", "get_untrusted_types"):
        monkeypatch.setattr(skops.io, function, fail)


def flip_a_byte(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def refusal(root: Path, registry: str) -> str:
    with pytest.raises(ConfigurationError) as refused:
        open_run("demand", [DAY], Lake(str(root)), Registry(registry))
    assert refused.value.exit_code == 78
    assert not (root / "tables").exists()
    return str(refused.value)


def test_a_flipped_byte_in_the_registry_is_refused_before_parsing(house, monkeypatch):
    """`open_run` checks the bytes that it fetched: the file is named, nothing is parsed, no table is touched."""
    root, registry = house
    model = promote(registry, champion_files(registry))
    flip_a_byte(Path(model.uri.removeprefix("file://")) / ESTIMATOR)
    never_parse(monkeypatch)
    message = refusal(root, registry)
    assert "estimator.skops is not the one that was registered" in message
    assert "Restore the bundle" in message


def test_a_flipped_byte_in_the_lake_is_refused_before_parsing(house, spark, monkeypatch):
    """`score` checks the lake's copy: it is refused by name; opening the date again mends the copy and publishes."""
    root, registry = house
    run = open_run("demand", [DAY], Lake(str(root)), Registry(registry)).run
    for stage in (Stage.VALIDATE, Stage.BUILD_FEATURES):
        execute(stage, run, spark)
    flip_a_byte(Path(run.model.uri) / ESTIMATOR)
    with monkeypatch.context() as patched:
        never_parse(patched)
        with pytest.raises(ConfigurationError, match=r"estimator\.skops is not the one that was registered"):
            execute(Stage.SCORE, run, spark)
    assert (run.result(Stage.SCORE), live(root, "demand", DAY)) == (None, None)
    assert night("demand", [DAY], root, registry, spark).code == 0
    assert live(root, "demand", DAY).rows == 60


def test_another_scikit_learn_is_refused(house, monkeypatch):
    """A model trained with another scikit-learn is refused before parsing; both versions and the remedy are named."""
    root, registry = house
    files = champion_files(registry)
    card = json.loads(files[CARD])
    card["libraries"]["scikit-learn"] = "1.2.3"
    promote(registry, files, **{CARD: json.dumps(card).encode()})
    never_parse(monkeypatch)
    message = refusal(root, registry)
    assert "trained with scikit-learn 1.2.3" in message
    assert "overnight train demand" in message


class Stranger(FunctionTransformer):
    """A type that nobody put on the list."""


@pytest.mark.parametrize(
    ("step", "name"),
    [(FunctionTransformer(partial(np.multiply, 2)), "functools.partial"), (Stranger(), f"{__name__}.Stranger")],
    ids=["partial", "own class"],
)
def test_types_that_are_not_on_the_list_are_refused(house, monkeypatch, step, name):
    """An estimator that holds another type is refused by the type's name, and never instantiated."""
    root, registry = house
    files = champion_files(registry)
    model = skops.io.loads(files[ESTIMATOR], trusted=list(TRUSTED_TYPES))
    promote(registry, files, **{ESTIMATOR: skops.io.dumps(make_pipeline(step, model))})
    never_parse(monkeypatch, "loads")
    message = refusal(root, registry)
    assert name in message
    assert "overnight/scoring/trusted_types.py" in message


def test_other_features_than_the_model_was_trained_on_are_refused(house, spark, monkeypatch):
    """A feature that the pipeline no longer computes, and one that is new, are named by `score`; nothing is published."""
    root, registry = house
    files = champion_files(registry)
    contract = json.loads(files[CONTRACT])
    contract["features"] = [["shelf", "numeric"] if name == "promoted" else [name, kind] for name, kind in contract["features"]]
    promote(registry, files, **{CONTRACT: json.dumps(contract).encode()})
    never_parse(monkeypatch, "loads")
    with pytest.raises(ConfigurationError, match="shelf is missing; promoted is new") as refused:
        night("demand", [DAY], root, registry, spark)
    assert (refused.value.exit_code, live(root, "demand", DAY)) == (78, None)


def broken(files: BundleFiles, break_it: Callable[[object], None]) -> bytes:
    estimator = skops.io.loads(files[ESTIMATOR], trusted=list(TRUSTED_TYPES))
    break_it(estimator.steps[-1][1])
    return skops.io.dumps(estimator)


def not_a_number(line):
    line.coef_ = line.coef_ * np.nan


def constant(line):
    line.coef_, line.intercept_ = line.coef_ * 0, 7.0


def out_of_range(line):
    line.intercept_ = 1e6


def infinite(line):
    line.intercept_ = np.inf


NONSENSE = {
    not_a_number: "60 of 60 scores are missing or not a number",
    constant: "all 60 scores are 7.0",
    out_of_range: "allowed is (-10.0, 1000.0)",
    infinite: "must be finite",
}


def test_scores_that_cannot_be_right_are_not_published(house, spark):
    """NaN, a constant, numbers out of range or infinite stop at the audit with 70; readers keep the old version."""
    root, registry = house
    good = night("demand", [DAY], root, registry, spark).run
    files = champion_files(registry)
    for break_it, words in NONSENSE.items():
        promote(registry, files, **{ESTIMATOR: broken(files, break_it)})
        done = night("demand", [DAY], root, registry, spark)
        stop = done.run.result_of(Stage.PUBLISH).stopped[DAY]
        assert (done.code, stop.code) == (70, 70)
        assert words in stop.reason
        assert live(root, "demand", DAY).run_id == good.run_id
        found = report(root, "demand", DAY)
        assert (found["state"], found["reason"]) == ("stopped", stop.reason)
        assert words in page(root, "demand", DAY)


def test_a_model_that_raises_publishes_nothing(house, spark):
    """An estimator that cannot score fails the stage; no result is recorded, and readers see what they saw."""
    root, registry = house

    def ask_for_more(line):
        line.coef_ = np.append(line.coef_, 1.0)

    files = champion_files(registry)
    promote(registry, files, **{ESTIMATOR: broken(files, ask_for_more)})
    with pytest.raises(Exception, match=r"matmul|size|dimension"):
        night("demand", [DAY], root, registry, spark)
    assert live(root, "demand", DAY) is None
