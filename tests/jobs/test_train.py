"""Training: what the gate refuses is left out and said, what has not changed is not trained again."""

from dataclasses import replace
from datetime import date

import pytest

from jobs.train import is_current, train
from overnight import catalog
from overnight.dates import DateRange
from overnight.errors import BadData
from overnight.lake.uris import Lake
from overnight.registry.models import Registry
from overnight.runs import fingerprint
from overnight.scoring import bundle
from overnight.training.dataset import training_files, training_set
from tests.house import generate

pytestmark = pytest.mark.spark

DAMAGED = date(2024, 2, 25)


def training_print(root, pipeline):
    dates = [*pipeline.training.fit, *pipeline.training.evaluate]
    return fingerprint.of_training(pipeline, training_files(Lake(str(root)), pipeline, dates))


def test_a_champion_of_the_same_data_is_current(house_trained):
    """Where nothing has changed since the champion was trained, training has nothing to do."""
    root, registry = house_trained
    assert is_current("demand", Lake(str(root)), Registry(registry))


def test_the_training_fingerprint_follows_what_training_reads(house):
    """Landing a day of the window again changes the fingerprint; landing a later day does not; moving the window does."""
    root, _ = house
    pipeline = catalog.load("demand")
    before = training_print(root, pipeline)
    generate.write(root, "assortment", date(2024, 3, 1), generate.assortment(date(2024, 3, 1))[:-1])
    assert training_print(root, pipeline) == before
    longer = replace(pipeline.training, fit=DateRange.parse("2024-02-23", "2024-02-27"))
    assert training_print(root, replace(pipeline, training=longer)) != before
    generate.write(root, "sales", DAMAGED, generate.sales(DAMAGED)[:-1])
    assert training_print(root, pipeline) != before


def test_dates_that_the_gate_refuses_are_left_out_and_named(house, spark, caplog):
    """A damaged partition costs the dates that need it, which the log names with the reason; the rest is trained on."""
    root, registry = house
    path = root / "raw" / "assortment" / DAMAGED.isoformat() / "part-0.parquet"
    path.write_bytes(path.read_bytes()[:100])
    with caplog.at_level("WARNING", "overnight.train"):
        model = train("demand", Lake(str(root)), Registry(registry), spark)
    card = bundle.read_card(Registry(registry).fetch(model))
    assert card.training_rows == 3 * 60
    assert [record.args[0] for record in caplog.records] == [DAMAGED]
    assert "cannot be read as Parquet" in caplog.text
    assert Registry(registry).champion("demand") == model


def test_training_joins_features_with_the_labels_of_their_own_day(house, spark):
    """Each row pairs a day's features with what became of that day, and yesterday's units with the day before."""
    root, _ = house
    pipeline, days = catalog.load("demand"), [date(2024, 2, 25), date(2024, 2, 26)]
    files = training_files(Lake(str(root)), pipeline, days)
    data = training_set(spark, Lake(str(root)), pipeline, days, files)
    assert (data.rows.num_rows, dict(data.left_out)) == (2 * 60, {})
    for row in data.rows.to_pylist():
        day = row["target_date"]
        assert row["units"] == generate.units(row["item"], day)
        assert row["units_1d"] == generate.units(row["item"], date(day.year, day.month, day.day - 1))
    assert data.of([days[1]]).num_rows == 60


def test_training_without_a_usable_date_fails(house, spark):
    """When the gate refuses every date of the window, training stops with the first reason."""
    root, _ = house
    pipeline, days = catalog.load("demand"), [DAMAGED]
    generate.write(root, "assortment", DAMAGED, [])
    files = training_files(Lake(str(root)), pipeline, days)
    with pytest.raises(BadData, match=r"None of the 1 training dates .* has no rows"):
        training_set(spark, Lake(str(root)), pipeline, days, files)
