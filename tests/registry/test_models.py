"""The registry: versions are kept, one is champion, and its bytes come back as they were stored."""

from dataclasses import replace
from pathlib import Path

import pytest

from overnight.errors import ConfigurationError
from overnight.registry.models import Registry
from overnight.scoring import bundle
from tests.scoring.models import packed


@pytest.fixture(scope="module")
def registry(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return Registry(f"sqlite:///{tmp_path_factory.mktemp('mlflow')}/deep/registry.db")


@pytest.fixture(scope="module")
def files():
    return packed("linear")


def card_named(files, pipeline: str) -> bundle.ModelCard:
    return replace(bundle.read_card(files), pipeline=pipeline)


def test_a_stored_bundle_comes_back_to_the_byte(registry, files):
    """Registering names a version, a digest and a place from which the same bytes are fetched."""
    model = registry.register(card_named(files, "stored"), files)
    assert (model.name, model.version, model.digest) == ("stored", "1", bundle.digest_of(files))
    assert registry.fetch(model) == files
    bundle.verify(registry.fetch(model), model.digest)


def test_versions_count_up_and_one_is_champion(registry, files):
    """Registering promotes nothing; promoting moves the alias, and back again."""
    first, second = (registry.register(card_named(files, "counted"), files) for _ in range(2))
    assert (first.version, second.version) == ("1", "2")
    assert (registry.champion_version("counted"), registry.champion_fingerprint("counted")) == (None, None)
    for model in (first, second, first):
        registry.promote(model)
        assert registry.champion("counted") == model
    assert registry.champion_fingerprint("counted") == "0" * 64


def test_a_pipeline_without_a_champion_is_told_to_train(registry):
    """The error names the pipeline and the command."""
    with pytest.raises(ConfigurationError, match=r"unheard_of has no champion .* overnight train unheard_of") as refused:
        registry.champion("unheard_of")
    assert refused.value.exit_code == 78


def test_a_bundle_that_is_gone_is_named(registry, files):
    """Artifacts that somebody deleted are an error with model, version and place."""
    model = registry.register(card_named(files, "gone"), files)
    folder = Path(model.uri.removeprefix("file://"))
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    with pytest.raises(ConfigurationError, match="The bundle of gone version 1 cannot be read from"):
        registry.fetch(model)


def test_the_place_of_the_artifacts_is_beside_the_registry_file(registry, files):
    """A local registry keeps bundles next to its SQLite file, whatever the working directory is."""
    model = registry.register(card_named(files, "placed"), files)
    base = Path(registry.uri.removeprefix("sqlite:///")).parent
    assert model.uri.startswith((base / "artifacts").as_uri())
