"""Which pipelines there are: one module of the same name in each of four folders."""

import importlib
import pkgutil
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from overnight.errors import UsageError
from overnight.settings import ROOT
from overnight.spec import Pipeline


def names() -> list[str]:
    """The names of all pipelines, sorted; no pipeline is imported."""
    package = importlib.import_module("pipelines")
    return sorted(module.name for module in pkgutil.iter_modules(package.__path__) if not module.name.startswith("_"))


def load(name: str) -> Pipeline:
    """The spec of the pipeline `name`.

    Raises:
        UsageError: there is no such pipeline, or its module holds no spec.
    """
    spec = getattr(module("pipelines", name), "PIPELINE", None)
    if not isinstance(spec, Pipeline):
        raise UsageError(f"pipelines/{name}.py defines no PIPELINE of type overnight.spec.Pipeline. Add one.")
    return replace(spec, name=name)


def module(folder: str, name: str) -> ModuleType:
    """The module of pipeline `name` in one of its folders, e.g. `module("models", "flight_delays")`.

    Raises:
        UsageError: the pipeline is unknown, the folder has no module for it, or the package is not the project's.
    """
    if not name.isidentifier() or (name not in names() and folder == "pipelines"):
        raise UsageError(f"There is no pipeline {name!r}. Known: {', '.join(names())}. Add one as pipelines/<name>.py.")
    try:
        found = importlib.import_module(f"{folder}.{name}")
    except ModuleNotFoundError as error:
        if error.name not in (folder, f"{folder}.{name}"):
            raise
        raise UsageError(f"Pipeline {name!r} has no {folder}/{name}.py. Add it; docs/add-a-pipeline.md shows how.") from error
    _refuse_stranger(found, folder)
    return found


def _refuse_stranger(found: ModuleType, folder: str) -> None:
    """A `models` package of somebody else in site-packages would win silently over ours."""
    path = Path(found.__file__ or "")
    if "site-packages" in path.parts:
        raise UsageError(f"{folder} was imported from {path}, not from {ROOT}. Set PYTHONPATH={ROOT} and PYTHONSAFEPATH=1.")
