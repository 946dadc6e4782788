"""The model bundle: everything needed to score, as a handful of files that one digest vouches for."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import version
from typing import Any

import skops.io

from overnight.errors import ConfigurationError
from overnight.features.contract import FeatureContract
from overnight.monitoring.reference import Reference
from overnight.scoring.trusted_types import TRUSTED_TYPES
from overnight.spec import Task

ESTIMATOR = "estimator.skops"
CONTRACT = "contract.json"
REFERENCE = "reference.json"
CARD = "card.json"
MANIFEST = "manifest.json"
MUST_EQUAL = ("scikit-learn",)

BundleFiles = Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True)
class ModelCard:
    """What people and machines need to know about a model besides the model.

    `trained_on` and `evaluated_on` are date ranges as text, `classes` the labels in the order of the
    probabilities (empty for regression), `libraries` the versions it was trained with.
    """

    pipeline: str
    task: Task
    label: str
    decision_threshold: float | None
    classes: tuple[str, ...]
    trained_on: str
    evaluated_on: str
    training_rows: int
    metrics: Mapping[str, float]
    calibration: tuple[tuple[float, float, int], ...]
    libraries: Mapping[str, str]
    fingerprint: str


@dataclass(frozen=True)
class Bundle:
    """A verified, loaded bundle."""

    digest: str
    estimator: Any
    contract: FeatureContract
    reference: Reference
    card: ModelCard


def pack(estimator: Any, contract: FeatureContract, reference: Reference, card: ModelCard) -> BundleFiles:
    """The files of a bundle; `manifest.json` holds the SHA-256 of each of the others."""
    files = {
        ESTIMATOR: skops.io.dumps(estimator),
        CONTRACT: _json(contract.as_json()),
        REFERENCE: _json(reference.as_json()),
        CARD: _json(asdict(card)),
    }
    return files | {MANIFEST: _json({name: hashlib.sha256(content).hexdigest() for name, content in files.items()})}


def digest_of(files: BundleFiles) -> str:
    """The digest that stands for a whole bundle: the SHA-256 of its manifest."""
    return hashlib.sha256(files[MANIFEST]).hexdigest()


def verify(files: BundleFiles, digest: str) -> None:
    """Check every byte of a bundle before any of them is parsed.

    Raises:
        ConfigurationError: a file is missing or is not the one that was registered; the message names it.
    """
    if MANIFEST not in files or digest_of(files) != digest:
        found = digest_of(files) if MANIFEST in files else "no manifest"
        raise ConfigurationError(_tampered(MANIFEST, found, digest))
    for name, expected in json.loads(files[MANIFEST]).items():
        found = hashlib.sha256(files[name]).hexdigest() if name in files else "no file"
        if found != expected:
            raise ConfigurationError(_tampered(name, found, expected))


def read_card(files: BundleFiles) -> ModelCard:
    """The card of a verified bundle."""
    found = json.loads(files[CARD])
    return ModelCard(
        **{
            **found,
            "task": Task(found["task"]),
            "classes": tuple(found["classes"]),
            "calibration": tuple(tuple(row) for row in found["calibration"]),
        }
    )


def read_contract(files: BundleFiles) -> FeatureContract:
    """The feature contract of a verified bundle."""
    return FeatureContract.from_json(json.loads(files[CONTRACT]))


def read_reference(files: BundleFiles) -> Reference:
    """The reference profile of a verified bundle."""
    return Reference.from_json(json.loads(files[REFERENCE]))


def require_libraries(card: ModelCard) -> None:
    """Refuse to score with another scikit-learn than the model was trained with: its results may differ silently.

    Raises:
        ConfigurationError: a version differs.
    """
    for name in MUST_EQUAL:
        trained_with, installed = card.libraries[name], version(name)
        if trained_with != installed:
            raise ConfigurationError(
                f"The model was trained with {name} {trained_with}; {installed} is installed. "
                f"Install {name}=={trained_with}, or train again (overnight train {card.pipeline})."
            )


def require_known_types(files: BundleFiles) -> None:
    """Refuse a verified bundle whose estimator holds a type that is not on the allow-list; nothing is instantiated.

    Raises:
        ConfigurationError: with the types' names.
    """
    unknown = sorted(set(skops.io.get_untrusted_types(data=files[ESTIMATOR])) - set(TRUSTED_TYPES))
    if unknown:
        raise ConfigurationError(
            f"The estimator holds types that are not allowed: {', '.join(unknown)}. "
            f"Build it from others in models/, or review them and add them to overnight/scoring/trusted_types.py."
        )


def load(files: BundleFiles, digest: str) -> Bundle:
    """Verify a bundle, then load it; types outside the allow-list are never instantiated.

    Raises:
        ConfigurationError: the bytes are not those registered, a library's version differs, or the estimator holds
            a type that is not on the allow-list.
    """
    verify(files, digest)
    card = read_card(files)
    require_libraries(card)
    require_known_types(files)
    estimator = skops.io.loads(files[ESTIMATOR], trusted=list(TRUSTED_TYPES))
    return Bundle(digest, estimator, read_contract(files), read_reference(files), card)


def _tampered(name: str, found: str, expected: str) -> str:
    return (
        f"The model bundle's {name} is not the one that was registered: its SHA-256 is {found}, registered was {expected}. "
        f"Restore the bundle, or train and register a new version."
    )


def _json(value: Any) -> bytes:
    return (json.dumps(value, sort_keys=True) + "\n").encode()
