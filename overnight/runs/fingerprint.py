"""The fingerprint of a date: a digest of each thing its result depends on, comparable part by part."""

import ast
import hashlib
import importlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from importlib.util import resolve_name
from pathlib import Path

from overnight.lake.storage import FileRef, Files
from overnight.spec import Pipeline

SCORING_LIBRARIES = ("numpy", "pandas", "pyarrow", "pyspark", "scikit-learn", "skops")
PROJECT_FOLDERS = ("overnight", "pipelines", "feature_pipelines", "expectations", "models", "jobs")
RESULT_FOLDERS = ("feature_pipelines", "expectations")
TRAINING_FOLDERS = (*RESULT_FOLDERS, "models")
SCORING_MODULES = ("overnight.scoring.worker", "overnight.lake.sources", "overnight.validation.gate")


@dataclass(frozen=True)
class Fingerprint:
    """Digests (hexadecimal SHA-256) of what a date's result depends on; `libraries` by itself makes nothing stale."""

    inputs: str
    code: str
    spec: str
    model: str
    libraries: str

    def differences(self, other: "Fingerprint") -> list[str]:
        """The parts that differ, e.g. `["inputs", "model"]`; differing libraries count for nothing."""
        mine, theirs = asdict(self), asdict(other)
        return [part for part in mine if part != "libraries" and mine[part] != theirs[part]]


def of_inputs(files: Mapping[str, Iterable[FileRef]]) -> str:
    """Digest of the files that a date reads: path, size and modification time, by source."""
    return _digest({source: sorted([file.uri, file.size, file.modified] for file in found) for source, found in files.items()})


def of_spec(pipeline: Pipeline) -> str:
    """Digest of the fields of the spec that decide rows or scores; description, owner and schedule do not."""
    ignored = ("description", "owner", "schedule", "drift", "training")
    return _digest({name: repr(value) for name, value in vars(pipeline).items() if name not in ignored})


def of_libraries() -> str:
    """Digest of the versions of the libraries that take part in scoring."""
    return _digest(library_versions())


def library_versions() -> dict[str, str]:
    """The installed versions of the libraries that take part in scoring."""
    return {name: version(name) for name in SCORING_LIBRARIES}


def of_code(pipeline: str) -> str:
    """Digest of the pipeline's feature code and suites, the engine's scoring path, and all of this project they import.

    Comments, docstrings and formatting do not count: the digest is over the syntax trees.
    """
    return _of_modules((*(f"{folder}.{pipeline}" for folder in RESULT_FOLDERS), *SCORING_MODULES))


def of_training(pipeline: Pipeline, files: Files) -> str:
    """Digest of all that a trained model depends on: inputs, code, spec, training window, libraries."""
    modules = (*(f"{folder}.{pipeline.name}" for folder in TRAINING_FOLDERS), *SCORING_MODULES, "overnight.training.dataset")
    inputs = {source: [file for each in partitions.values() for file in each] for source, partitions in files.items()}
    window = repr(pipeline.training)
    return _digest([of_inputs(inputs), _of_modules(modules), of_spec(pipeline), window, of_libraries()])


def _of_modules(modules: Iterable[str]) -> str:
    return _digest({module: _tree(source) for module, source in _import_closure(modules).items()})


def _import_closure(entries: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    waiting = list(entries)
    while waiting:
        module = waiting.pop()
        path = _path_of(module)
        if module in found or path is None:
            continue
        found[module] = path.read_text()
        waiting += [name for name in _imports(found[module], _package(module, path)) if name.partition(".")[0] in PROJECT_FOLDERS]
    return dict(sorted(found.items()))


def _path_of(module: str) -> Path | None:
    """The file of one of the project's modules; a package's is its `__init__.py`."""
    top, _, rest = module.partition(".")
    relative = Path(*rest.split(".")) if rest else Path()
    folders = [Path(folder) / relative for folder in importlib.import_module(top).__path__]
    candidates = (path for folder in folders for path in (folder.with_suffix(".py"), folder / "__init__.py"))
    return next((path for path in candidates if path.is_file()), None)


def _package(module: str, path: Path) -> str:
    """The package that a module's relative imports start from."""
    return module if path.name == "__init__.py" else module.rpartition(".")[0]


def _imports(source: str, package: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            origin = resolve_name("." * node.level + (node.module or ""), package)
            yield origin
            yield from (f"{origin}.{alias.name}" for alias in node.names)


def _tree(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
            and ast.get_docstring(node) is not None
        ):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)


def _digest(value: object) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()
