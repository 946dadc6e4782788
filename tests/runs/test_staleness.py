"""Which code a pipeline's digest covers: whatever its modules import, however they spell it, and the engine's path."""

from dataclasses import replace
from pathlib import Path

import pytest

import expectations
import feature_pipelines
from overnight import catalog
from overnight.runs import fingerprint
from overnight.spec import CutOff, DriftPolicy

FEATURES = "WEEK = 7\n\n\ndef features(inputs):\n    return inputs.population.where(WEEK > 1)\n"


@pytest.fixture
def code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes modules of a pipeline `trips` and gives its digest of code."""
    monkeypatch.setattr(feature_pipelines, "__path__", [str(tmp_path / "features")])
    monkeypatch.setattr(expectations, "__path__", [str(tmp_path / "expectations")])

    def digest(features: str = FEATURES, suite: str = "LOWEST = 1\n", **others: str) -> str:
        for folder, files in (("features", {"trips": features} | others), ("expectations", {"trips": suite})):
            (tmp_path / folder).mkdir(exist_ok=True)
            for name, content in files.items():
                (tmp_path / folder / f"{name}.py").write_text(content)
        return fingerprint.of_code("trips")

    return digest


@pytest.mark.parametrize(
    "statement",
    [
        "from feature_pipelines.shared import RATE",
        "import feature_pipelines.shared",
        "from feature_pipelines import shared",
        "from . import shared",
        "from .shared import RATE",
    ],
)
def test_an_import_counts_however_it_is_spelled(code, statement: str):
    """A change in a module that the features import makes the pipeline stale; relative imports are imports too."""
    importing = f"{statement}\n{FEATURES}"
    assert code(importing, shared="RATE = 1\n") != code(importing, shared="RATE = 2\n")


@pytest.mark.parametrize(("old", "new"), [("WEEK > 1", "WEEK >= 1"), ("def features", "def feature")])
def test_an_operator_or_a_name_counts(code, old: str, new: str):
    """Whatever can change rows changes the digest."""
    assert code(FEATURES.replace(old, new)) != code(FEATURES)


def test_a_suite_counts(code):
    """What validation keeps out of scoring is decided by the suites, so they count as code."""
    assert code(suite="LOWEST = 2\n") != code(suite="LOWEST = 1\n")


def test_the_engines_scoring_path_counts():
    """The digest covers the modules that read, validate and score, and those they import in turn; not the reports."""
    closure = fingerprint._import_closure(("feature_pipelines.flight_delays", *fingerprint.SCORING_MODULES))
    assert {
        "feature_pipelines.flight_delays",
        "overnight.features.history",
        "overnight.lake.sources",
        "overnight.scoring.bundle",
        "overnight.scoring.worker",
        "overnight.validation.judge",
    } <= set(closure)
    assert not [name for name in closure if name.startswith(("overnight.reports", "overnight.cli", "models."))]


def test_a_cut_off_counts_and_a_drift_threshold_does_not():
    """Of the spec's fields, those that decide rows or scores make dates stale."""
    spec = catalog.load("flight_delays")
    assert fingerprint.of_spec(replace(spec, drift=DriftPolicy(min_rows=1))) == fingerprint.of_spec(spec)
    others = [replace(spec, cut_off=CutOff()), replace(spec, key=("flight",)), replace(spec, decision_threshold=0.6)]
    assert len({fingerprint.of_spec(each) for each in [spec, *others]}) == 4
