"""Fitting: the earlier dates are fitted on, the later ones judged, beside what one would say without features."""

from dataclasses import replace
from datetime import date

import pyarrow as pa
import pytest

from overnight import catalog
from overnight.dates import DateRange
from overnight.errors import BadData
from overnight.features.contract import FeatureContract
from overnight.scoring import bundle
from overnight.spec import Training
from overnight.training.dataset import TrainingSet
from overnight.training.fit import fit
from tests.house import generate

DAYS = [date(2024, 2, 26), date(2024, 2, 27), date(2024, 2, 28)]
SPLIT = Training(fit=DateRange(DAYS[0], DAYS[1]), evaluate=DateRange(DAYS[2], DAYS[2]))


def demand_set() -> TrainingSet:
    rows = [
        {
            **{name: row[name] for name in ("store", "item")},
            "target_date": day,
            "store_code": row["store"],
            "item_number": float(row["item"]),
            "promoted": float(row["promoted"]),
            "units_1d": None,
            "units": generate.units(row["item"], day),
        }
        for day in DAYS
        for row in generate.assortment(day)
    ]
    types = {"item": pa.int64(), "target_date": pa.date32(), "units": pa.int32(), "store": pa.string(), "store_code": pa.string()}
    schema = pa.schema([(name, types.get(name, pa.float64())) for name in rows[0]])
    table = pa.Table.from_pylist(rows, schema)
    return TrainingSet(table, FeatureContract.of(table.drop_columns(["units"]).schema, ("store", "item")), "units", {})


@pytest.mark.filterwarnings("ignore:Skipping features without any observed values:UserWarning")
def test_the_baseline_is_the_mean_of_the_fitted_dates():
    """Promotions on 26 and 27 February: 7 and 6 of 20 items, so the mean is 42 + 130 / 40."""
    _, card = fit(replace(catalog.load("demand"), training=SPLIT), demand_set(), "print")
    promoted = [sum(generate.promoted(item, day) for item in generate.ITEMS) for day in DAYS]
    assert promoted == [7, 6, 7]
    on_28 = [4 * item + (10 if (item + 28) % 3 == 0 else 0) for item in range(1, 21)]
    assert card.metrics["baseline_mean_absolute_error"] == pytest.approx(sum(abs(each - 45.25) for each in on_28) / 20)
    assert card.metrics["mean_absolute_error"] == pytest.approx(0, abs=1e-9)
    assert (card.training_rows, card.fingerprint, card.trained_on) == (120, "print", "2024-02-26 to 2024-02-27")


@pytest.mark.filterwarnings("ignore:Skipping features without any observed values:UserWarning")
def test_the_reference_holds_features_as_fitted_and_scores_as_judged():
    """Features are profiled over the 120 fitted rows, scores over the 60 rows the model had not seen."""
    files, _ = fit(replace(catalog.load("demand"), training=SPLIT), demand_set(), "print")
    profile = bundle.read_reference(files).profile
    rows = {name: column.rows for name, column in profile.columns.items()}
    assert rows == {"store_code": 120, "item_number": 120, "promoted": 120, "units_1d": 120, "score": 60}
    assert profile.columns["units_1d"].nulls == 120


@pytest.mark.parametrize(("day", "what"), [(date(2024, 1, 1), "fit on"), (date(2024, 3, 9), "evaluate on")])
def test_a_window_without_labelled_rows_is_refused(day, what):
    """Without a row to fit on, or to judge by, training fails and names the window."""
    one = DateRange(day, day)
    window = replace(SPLIT, fit=one) if what == "fit on" else replace(SPLIT, evaluate=one)
    with pytest.raises(BadData, match=f"no labelled row to {what} "):
        fit(replace(catalog.load("demand"), training=window), demand_set(), "print")
