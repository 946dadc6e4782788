"""The scikit-learn engine: one value per row, whatever is missing or new in it."""

import numpy as np
import pyarrow as pa
import pytest

from overnight.scoring import bundle
from overnight.scoring.engines.sklearn_engine import SklearnEngine
from overnight.spec import Task

from .models import ESTIMATORS, features, packed


def engine_of(name: str, **options) -> SklearnEngine:
    files = packed(name, **options)
    return SklearnEngine(bundle.load(files, bundle.digest_of(files)))


def strange() -> pa.Table:
    """Rows with nothing known, with a city nobody has seen, and with both features known."""
    table = features(3)
    position = table.schema.get_field_index("city")
    table = table.set_column(position, "city", pa.array([None, "Atlantis", "Lyon"], pa.string()))
    return table.set_column(position + 1, "size", pa.array([None, 0.5, None], pa.float64()))


@pytest.mark.parametrize("name", ESTIMATORS)
def test_nulls_and_unseen_categories_get_a_score(name):
    """Missing numbers, missing and unseen categories, in any combination, get a finite score, as does a single row."""
    engine = engine_of(name)
    scores = engine.predict(strange())["score"].to_pylist()
    assert len(scores) == 3
    assert np.isfinite(scores).all()
    assert engine.predict(strange().slice(1, 1))["score"].to_pylist() == pytest.approx(scores[1:2], rel=1e-12)


def test_binary_scores_are_probabilities_of_the_second_class():
    """The score is P(class 1), and the decision whether it reaches the threshold."""
    engine, table = engine_of("logistic", threshold=0.3), features(50)
    found = engine.predict(table)
    expected = engine._bundle.estimator.predict_proba(table.select(["city", "size"]).to_pandas())[:, 1]
    assert found["score"].to_pylist() == expected.tolist()
    assert found["decision"].to_pylist() == [value >= 0.3 for value in expected]
    assert set(found["decision"].to_pylist()) == {True, False}


def test_a_binary_pipeline_without_a_threshold_decides_nothing():
    """Without a threshold there is a score and no decision."""
    assert set(engine_of("logistic", threshold=None).predict(features(3))) == {"score"}


def test_several_classes_give_class_and_probabilities():
    """The decision is the class of the largest probability, which is the score; probabilities follow the card's classes."""
    engine = engine_of("boosted classes")
    found = engine.predict(features(40))
    classes = engine._bundle.card.classes
    assert classes == ("high", "low", "middle")
    for score, decision, probabilities in zip(*(found[name].to_pylist() for name in found), strict=True):
        assert (score, decision) == (max(probabilities), classes[int(np.argmax(probabilities))])
        assert sum(probabilities) == pytest.approx(1)


@pytest.mark.parametrize("name", [name for name, (task, _) in ESTIMATORS.items() if task is Task.REGRESSION])
def test_numbers_are_doubles(name):
    """A regression gives float64 and nothing else."""
    found = engine_of(name).predict(features(10))
    assert {column: values.type for column, values in found.items()} == {"score": pa.float64()}


def test_the_order_of_other_columns_does_not_matter():
    """The engine takes its features by name, in the contract's order."""
    engine, table = engine_of("boosted binary"), features(20)
    turned = table.select(["size", "target_date", "city", "id"])
    assert engine.predict(turned)["score"].equals(engine.predict(table)["score"])
