"""A date beside training: numbers, pictures and verdicts."""

import json
import math
from collections.abc import Sequence

import numpy as np
import pyarrow as pa
import pytest

from overnight.errors import UsageError
from overnight.monitoring.drift import ColumnDrift, DateDrift, compare
from overnight.monitoring.profile import choose_bins, profile_batch
from overnight.monitoring.reference import Reference, build_reference
from overnight.monitoring.verdict import Verdict
from overnight.spec import DriftPolicy

POLICY = DriftPolicy()


def reference_of(days: Sequence[pa.Table]) -> Reference:
    whole = pa.concat_tables(days)
    bins = {name: choose_bins(name, whole.column(name)) for name in whole.column_names}
    return build_reference(bins, [profile_batch(day, bins) for day in days], POLICY.usual_quantile)


def drift_of(reference: Reference, now: pa.Table) -> DateDrift:
    return compare(reference, profile_batch(now, reference.bins), POLICY)


def only(training: pa.Array, now: pa.Array, name: str = "x") -> ColumnDrift:
    return drift_of(reference_of([pa.table({name: training})]), pa.table({name: now})).columns[0]


def flights(day: int, rows: int, *, shift: float = 0.0) -> pa.Table:
    """An ordinary day: its weekday is the same in every row; distances and scores are spread alike every day."""
    numbers = np.random.default_rng(day)
    return pa.table(
        {
            "day_of_week": np.full(rows, float(day % 7)),
            "distance": numbers.gamma(3.0, 300.0, rows),
            "carrier": numbers.choice(["UA", "AA", "B6"], rows, p=[0.5, 0.3, 0.2]),
            "score": numbers.beta(2.0 + shift, 8.0, rows),
        }
    )


@pytest.fixture(scope="module")
def quarter() -> Reference:
    """Thirteen weeks of 700 to 900 flights a day."""
    return reference_of([flights(day, 700 + 50 * (day % 5)) for day in range(91)])


@pytest.mark.parametrize("weekday", range(7))
@pytest.mark.parametrize("rows", [250, 800, 5000])
def test_an_ordinary_day_does_not_alert(quarter: Reference, weekday: int, rows: int) -> None:
    """A column that is constant within a day differs from training every day, by the usual amount; so nobody is woken."""
    found = {column.column: column for column in drift_of(quarter, flights(91 + weekday, rows)).columns}["day_of_week"]
    assert found.psi is not None
    assert found.psi > 4
    assert found.verdict is Verdict.OK


def test_an_ordinary_day_is_like_training(quarter: Reference) -> None:
    """The date's verdict is ok, and says over how many columns."""
    drift = drift_of(quarter, flights(100, 800))
    assert (drift.verdict, drift.reason, drift.rows) == (Verdict.OK, "4 of 4 columns are like training", 800)


def test_shifted_scores_alert(quarter: Reference) -> None:
    """Scores that moved from around 0.20 to around 0.33 alert, and the reason names them and what is usual."""
    drift = drift_of(quarter, flights(100, 800, shift=2.0))
    score = drift.columns[0]
    assert (score.column, score.role, score.verdict) == ("score", "score", Verdict.ALERT)
    assert score.psi is not None
    assert score.psi > 0.5
    assert drift.verdict is Verdict.ALERT
    assert drift.reason == f"score: PSI {score.psi:.2f}, usual up to {score.usual_psi:.2f}"


def test_a_weekday_that_training_never_saw_alerts(quarter: Reference) -> None:
    """The excuse of a day-constant column covers the training days' values only."""
    now = flights(100, 800).set_column(0, "day_of_week", pa.array(np.full(800, 9.0)))
    found = next(column for column in drift_of(quarter, now).columns if column.column == "day_of_week")
    assert (found.verdict, found.out_of_range) == (Verdict.ALERT, 1.0)


def test_scores_come_first(quarter: Reference) -> None:
    """Scores lead; features follow in the reference's order."""
    drift = drift_of(quarter, flights(100, 800))
    assert [(column.column, column.role) for column in drift.columns] == [
        ("score", "score"),
        ("day_of_week", "feature"),
        ("distance", "feature"),
        ("carrier", "feature"),
    ]


def test_the_numbers_of_a_numeric_column() -> None:
    """Four equal values against shares 0.4 0.3 0.2 0.1: PSI 0.2282, KS 0.2, by hand.

    PSI = 0.15 ln 1.6 + 0.05 ln 1.2 - 0.05 ln 0.8 - 0.15 ln 0.4 = 0.070501 + 0.009116 + 0.011157 + 0.137444.
    Cumulative: 0.25 0.5 0.75 1 against 0.4 0.7 0.9 1.
    """
    found = only(pa.array([1, 2, 3, 4] * 250), pa.array([1] * 400 + [2] * 300 + [3] * 200 + [4] * 100))
    assert found.psi == pytest.approx(0.228218, abs=2e-6)
    assert found.ks == 0.2
    assert (found.labels, found.then, found.now) == (("1", "2", "3", "4"), (0.25,) * 4, (0.4, 0.3, 0.2, 0.1))
    assert (found.verdict, found.reason) == (Verdict.WARN, "x: PSI 0.23, warning above 0.10")


def test_the_numbers_of_a_categorical_column() -> None:
    """Half a, half b against a only: JS 0.557923; the order of categories means nothing, so there is no KS."""
    found = only(pa.array(["a", "b"] * 500), pa.array(["a"] * 1000))
    assert (found.js, found.ks) == (0.557923, None)
    assert (found.labels, found.then, found.now) == (("a", "b", "(other)"), (0.5, 0.5, 0.0), (1.0, 0.0, 0.0))


def test_values_outside_training_are_counted_exactly() -> None:
    """Of 1000 values 30 lie below 1 and 70 above 1000; the bounds themselves lie within."""
    training = pa.array(np.arange(1.0, 1001.0))
    now = pa.array([0.999] * 30 + [1000.001] * 70 + [1.0, 1000.0] * 450)
    assert only(training, now).out_of_range == 0.1


def test_categories_outside_training_are_counted() -> None:
    """A carrier that training never saw is out of range."""
    assert only(pa.array(["UA", "AA"] * 100), pa.array(["UA"] * 150 + ["XX"] * 50)).out_of_range == 0.25


def test_where_training_has_rare_categories_new_ones_cannot_be_told() -> None:
    """With more categories than cells, other was seen in training, so what is new is unknown."""
    training = pa.array([f"c{number}" for number in range(60)] * 5)
    assert only(training, pa.array(["new"] * 300)).out_of_range is None


def test_nulls_are_judged_apart_from_values() -> None:
    """Half the values gone, the rest as before: PSI 0, and an alert about nulls."""
    found = only(pa.array([1.0, 2.0] * 500), pa.array([1.0, 2.0, None, math.nan] * 250))
    assert (found.psi, found.null_rate_then, found.null_rate_now) == (0.0, 0.0, 0.5)
    assert (found.verdict, found.reason) == (Verdict.ALERT, "x: 50.0% null, 0.0% in training")


def test_a_column_that_vanished_has_no_numbers() -> None:
    """All null now: no PSI, KS or JS instead of NaN, an empty picture, and an alert."""
    found = only(pa.array([1.0, 2.0] * 500), pa.nulls(300, pa.float64()))
    assert (found.psi, found.ks, found.js, found.out_of_range) == (None, None, None, None)
    assert (found.now, found.verdict) == ((0.0, 0.0), Verdict.ALERT)


def test_an_empty_date_is_unknown(quarter: Reference) -> None:
    """No rows, no verdict, no crash."""
    drift = drift_of(quarter, flights(100, 0))
    assert (drift.verdict, drift.reason) == (Verdict.UNKNOWN, "0 rows, too few for a verdict (at least 200)")


def test_a_column_that_never_had_values_can_be_compared() -> None:
    """All null in training, values now: one bar, and an alert about nulls."""
    found = only(pa.nulls(1000, pa.float64()), pa.array([1.0] * 500))
    assert (found.labels, found.then, found.now, found.verdict) == (("any",), (0.0,), (1.0,), Verdict.ALERT)


def test_the_picture_of_a_continuous_column() -> None:
    """20 bars of equal width between open ends: of 1 to 1000 the first holds 1 to 4, and the tail is shown."""
    found = only(pa.array(np.arange(1.0, 1001.0)), pa.array(np.full(300, 2000.0)))
    assert (found.labels[0], found.labels[1], found.labels[-1]) == ("< 5", "5 to 54.5", "≥ 995")
    assert (found.then[0], found.then[1], found.then[-1]) == (0.004, 0.05, 0.006)
    assert (len(found.labels), found.now[-1]) == (22, 1.0)
    assert sum(found.then) == pytest.approx(1)


def test_a_new_number_shows_as_a_bar() -> None:
    """Open ends appear once something falls into them."""
    found = only(pa.array([1, 2] * 500), pa.array([1, 2, 3, 3] * 250))
    assert (found.labels, found.now) == (("1", "2", "> 2"), (0.25, 0.25, 0.5))


def test_the_picture_shows_what_is_frequent_now_too() -> None:
    """Of 20 categories 12 are shown; one that was rare in training and dominates now is among them."""
    training = [f"c{number:02}" for number in range(20) for _ in range(120 - number)]
    found = only(pa.array(training), pa.array(["c19"] * 300))
    assert found.labels == (*(f"c{number:02}" for number in range(11)), "c19", "(other)")
    assert found.now[-2:] == (1.0, 0.0)
    assert sum(found.then) == pytest.approx(1, abs=1e-5)


def test_a_label_never_floods_the_page() -> None:
    """A text of a megabyte is cut to 40 characters."""
    found = only(pa.array(["x" * 1_000_000] * 2), pa.array(["y"] * 2))
    assert found.labels[0] == "x" * 39 + "…"


def test_drift_survives_json(quarter: Reference) -> None:
    """Plain JSON without NaN, and back, gives the same drift."""
    for drift in (drift_of(quarter, flights(100, 800, shift=2.0)), drift_of(quarter, flights(100, 0))):
        assert DateDrift.from_json(json.loads(json.dumps(drift.as_json(), allow_nan=False, sort_keys=True))) == drift


def test_a_reference_from_a_bundle_gives_the_same_drift(quarter: Reference) -> None:
    """Writing and reading the reference changes no number and no order."""
    again = Reference.from_json(json.loads(json.dumps(quarter.as_json(), sort_keys=True)))
    now = flights(100, 800)
    assert drift_of(again, now) == drift_of(quarter, now)


def test_a_profile_with_other_bins_is_refused(quarter: Reference) -> None:
    """Comparing cells that mean different things is an error that names the column."""
    now = flights(100, 800)
    bins = {**quarter.bins, "distance": choose_bins("distance", pa.array([1.0, 2.0]))}
    with pytest.raises(UsageError, match=r"differs from the reference in \['distance'\]"):
        compare(quarter, profile_batch(now, bins), POLICY)
