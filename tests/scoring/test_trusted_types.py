"""The allow-list: as long as the estimators that pipelines use need it, and no longer."""

import numpy as np
import pytest
import skops.io

from overnight.scoring.trusted_types import TRUSTED_TYPES

from .models import ESTIMATORS, fitted


def predictions(estimator, frame):
    return estimator.predict_proba(frame) if hasattr(estimator, "predict_proba") else estimator.predict(frame)


@pytest.mark.parametrize("name", ESTIMATORS)
def test_estimators_survive_the_round_trip(name):
    """An estimator that is packed and loaded with the list predicts the same bits."""
    _, estimator, frame = fitted(name)
    loaded = skops.io.loads(skops.io.dumps(estimator), trusted=list(TRUSTED_TYPES))
    assert type(loaded) is type(estimator)
    assert np.array_equal(predictions(estimator, frame), predictions(loaded, frame))


def test_every_type_on_the_list_is_needed():
    """The list is the union of what these estimators hold beyond the types that skops trusts by itself."""
    needed = {name: set(skops.io.get_untrusted_types(data=skops.io.dumps(fitted(name)[1]))) for name in ESTIMATORS}
    assert set(TRUSTED_TYPES) == set().union(*needed.values())


def test_the_list_holds_no_way_to_call_things():
    """Types that call what they are given never get onto the list."""
    assert len(set(TRUSTED_TYPES)) == len(TRUSTED_TYPES)
    assert not [name for name in TRUSTED_TYPES if name.startswith(("functools.", "builtins.", "operator.", "os.", "subprocess."))]
