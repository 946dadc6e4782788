"""Which pipelines there are, and which modules are refused."""

import sys
from pathlib import Path

import pytest

import models
from overnight import catalog
from overnight.errors import UsageError


def test_a_pipeline_is_a_module_in_four_folders():
    """The name of a pipeline is its file's, in the spec and in each folder."""
    assert {"flight_delays", "demand", "tickets"} <= set(catalog.names())
    assert catalog.load("flight_delays").name == "flight_delays"
    for folder in ("pipelines", "feature_pipelines", "expectations", "models"):
        assert catalog.module(folder, "flight_delays").__name__ == f"{folder}.flight_delays"


@pytest.mark.parametrize("name", ["flights", "../x", "os.path", "", "flight_delays/../../x", "__init__"])
def test_an_unknown_pipeline_is_refused_with_those_there_are(name: str):
    """Whatever is asked for, the answer lists the known names, and no other path is imported."""
    with pytest.raises(UsageError, match=r"There is no pipeline .*Known: demand, flight_delays, tickets.*pipelines/<name>\.py"):
        catalog.load(name)


def test_a_pipeline_without_one_of_its_modules_says_which(monkeypatch: pytest.MonkeyPatch):
    """A missing file is named, with the page that shows how to add it."""
    monkeypatch.setattr(models, "__path__", [])
    monkeypatch.delitem(sys.modules, "models.flight_delays", raising=False)
    with pytest.raises(UsageError, match=r"Pipeline 'flight_delays' has no models/flight_delays\.py.*add-a-pipeline\.md"):
        catalog.module("models", "flight_delays")


def test_a_missing_library_is_not_mistaken_for_a_missing_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """When a pipeline's module itself imports what is not installed, the error is Python's own."""
    (tmp_path / "broken.py").write_text("import surely_not_installed\n")
    monkeypatch.setattr(models, "__path__", [str(tmp_path)])
    with pytest.raises(ModuleNotFoundError, match="surely_not_installed"):
        catalog.module("models", "broken")


def test_a_package_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A `models` package in site-packages would win silently over the project's; it is refused with the way out."""
    folder = tmp_path / "site-packages" / "models"
    folder.mkdir(parents=True)
    (folder / "stray.py").write_text("")
    monkeypatch.setattr(models, "__path__", [str(folder)])
    with pytest.raises(UsageError, match=r"models was imported from .*site-packages/models/stray\.py.*Set PYTHONPATH="):
        catalog.module("models", "stray")


def test_a_module_without_a_spec_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """pipelines/<name>.py must define PIPELINE."""
    import pipelines

    (tmp_path / "hollow.py").write_text("PIPELINE = 'none'\n")
    monkeypatch.setattr(pipelines, "__path__", [*pipelines.__path__, str(tmp_path)])
    with pytest.raises(UsageError, match=r"pipelines/hollow\.py defines no PIPELINE of type overnight\.spec\.Pipeline"):
        catalog.load("hollow")
