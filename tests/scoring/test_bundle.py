"""The bundle: what is packed comes back, and nothing that was changed gets in."""

import hashlib
import json

import pytest
import skops.io

from overnight.errors import ConfigurationError
from overnight.lake.uris import Lake
from overnight.scoring import bundle
from overnight.scoring.bundle import CARD, ESTIMATOR, MANIFEST, REFERENCE
from overnight.scoring.store import read_bundle, save_bundle

from .models import CONTRACT, packed


@pytest.fixture(scope="module")
def files():
    return packed("linear")


def test_a_packed_bundle_comes_back_whole(files):
    """Contract, card and reference survive packing, in order and type."""
    loaded = bundle.load(files, bundle.digest_of(files))
    assert loaded.contract == CONTRACT
    assert list(loaded.contract.features) == list(CONTRACT.features)
    assert (loaded.card.task, loaded.card.calibration, loaded.card.metrics) == (
        "regression",
        ((0.25, 0.5, 4),),
        {"log_loss": 0.5},
    )
    assert loaded.reference.profile.columns["city"].nulls == 30
    assert loaded.digest == hashlib.sha256(files[MANIFEST]).hexdigest()


@pytest.mark.parametrize("name", [ESTIMATOR, bundle.CONTRACT, REFERENCE, CARD, MANIFEST])
def test_a_changed_file_is_named_before_anything_is_parsed(files, monkeypatch, name):
    """One flipped bit in any file is refused with the file's name; skops never sees the bytes."""
    digest = bundle.digest_of(files)
    changed = {**files, name: files[name][:-2] + bytes([files[name][-2] ^ 1]) + files[name][-1:]}
    for function in ("loads", "get_untrusted_types"):
        monkeypatch.setattr(skops.io, function, lambda *_, **__: pytest.fail("parsed"))
    with pytest.raises(ConfigurationError, match=rf"The model bundle's {name} is not the one that was registered"):
        bundle.load(changed, digest)


@pytest.mark.parametrize("name", [ESTIMATOR, MANIFEST])
def test_a_missing_file_is_named(files, name):
    """A bundle without one of its files is refused."""
    rest = {other: content for other, content in files.items() if other != name}
    with pytest.raises(ConfigurationError, match=f"{name} is not the one that was registered: its SHA-256 is no"):
        bundle.verify(rest, bundle.digest_of(files))


def test_a_damaged_copy_in_the_lake_is_replaced(files, tmp_path):
    """Saving a bundle again mends what was damaged, and leaves a whole copy alone."""
    digest = bundle.digest_of(files)
    folder = tmp_path / save_bundle(Lake(str(tmp_path)), "example", digest, files)
    card = folder / CARD
    card.write_bytes(b"{}")
    with pytest.raises(ConfigurationError, match=CARD):
        read_bundle(str(folder), digest)
    save_bundle(Lake(str(tmp_path)), "example", digest, files)
    assert read_bundle(str(folder), digest) == files
    written = card.stat().st_mtime_ns
    save_bundle(Lake(str(tmp_path)), "example", digest, files)
    assert card.stat().st_mtime_ns == written


def test_a_bundle_that_is_gone_is_said_so(tmp_path):
    """A run whose bundle folder is gone is told to open anew."""
    with pytest.raises(ConfigurationError, match="There is no model bundle"):
        read_bundle(str(tmp_path / "nothing"), "0" * 64)


def test_a_bundle_that_is_not_the_registered_one_is_not_saved(files, tmp_path):
    """Bytes that do not match the digest never reach the lake."""
    with pytest.raises(ConfigurationError, match=r"manifest\.json"):
        save_bundle(Lake(str(tmp_path)), "example", "0" * 64, files)
    assert list(tmp_path.iterdir()) == []


def test_the_manifest_covers_every_other_file(files):
    """The digest stands for the whole bundle: each file's SHA-256 is in the manifest."""
    seals = {name: hashlib.sha256(content).hexdigest() for name, content in files.items() if name != MANIFEST}
    assert json.loads(files[MANIFEST]) == seals
