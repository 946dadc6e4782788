"""What training usually looked like."""

import json

import pyarrow as pa
import pytest

from overnight.monitoring.profile import Bins, ColumnProfile, Profile, choose_bins, empty, profile_batch
from overnight.monitoring.reference import Reference, build_reference

BINS = {"side": Bins("side", "categorical", (), (), (), ("a", "b"))}


def day(a: int, b: int) -> Profile:
    return Profile({"side": ColumnProfile("side", "categorical", a + b, 0, None, None, (a, b, 0))})


def test_the_whole_is_the_sum_of_its_days() -> None:
    """Three days' counts add up."""
    reference = build_reference(BINS, [day(1, 2), day(3, 4), day(5, 6)], 0.99)
    assert reference.profile == day(9, 12)


def test_a_column_that_is_constant_within_a_day_has_a_large_usual_psi() -> None:
    """Six days of a and six of b: each is 0.5 ln 2 + 0.4999 ln 5000 = 4.604319 from half and half."""
    reference = build_reference(BINS, [day(100, 0), day(0, 100)] * 6, 0.99)
    assert reference.usual_psi["side"] == pytest.approx(4.604319, abs=1e-6)


@pytest.mark.parametrize(("quantile", "expected"), [(0.9, 0.008287), (0.95, 2.055545), (1.0, 4.102803)])
def test_the_usual_psi_is_a_quantile_over_days(quantile: float, expected: float) -> None:
    """Of eleven days ten are even, at a PSI of 0.008287 from 6/11 and 5/11, and one is all a, at 4.102803.

    Even day: (1/22)(ln(12/11) + ln(11/10)) = (1/22) ln 1.2. Day of a: (5/11) ln(11/6) + (5/11 - 0.0001) ln(50000/11).
    The quantile 0.9 is the tenth day, 0.95 halfway between the tenth and the eleventh.
    """
    days = [*[day(50, 50)] * 10, day(100, 0)]
    assert build_reference(BINS, days, quantile).usual_psi["side"] == pytest.approx(expected, abs=1e-6)


def test_fewer_than_ten_days_excuse_nothing() -> None:
    """Nine days say nothing about what is usual, ten do."""
    days = [day(100, 0), day(0, 100)] * 5
    assert build_reference(BINS, days[:9], 0.99).usual_psi == {"side": 0.0}
    assert build_reference(BINS, days, 0.99).usual_psi["side"] > 4


def test_days_without_values_are_no_days() -> None:
    """A day on which the column is null throughout has no distribution and does not count towards the ten."""
    blank = Profile({"side": ColumnProfile("side", "categorical", 100, 100, None, None, (0, 0, 0))})
    reference = build_reference(BINS, [*[day(100, 0), day(0, 100)] * 4, day(100, 0), blank], 0.99)
    assert reference.usual_psi == {"side": 0.0}


def test_a_reference_of_no_days_is_empty() -> None:
    """No training dates, no rows, and no excuse."""
    assert build_reference(BINS, [], 0.99) == Reference(BINS, empty(BINS), {"side": 0.0})


def test_references_survive_json() -> None:
    """Plain JSON, keys sorted as in a bundle, and back, gives the same reference in the same order."""
    table = pa.table({"z": [1.5, 2.0, None], "a": ["x", "y", "x"]})
    bins = {name: choose_bins(name, table.column(name)) for name in table.column_names}
    reference = build_reference(bins, [profile_batch(table, bins)] * 12, 0.99)
    again = Reference.from_json(json.loads(json.dumps(reference.as_json(), allow_nan=False, sort_keys=True)))
    assert again == reference
    assert list(again.bins) == list(again.profile.columns) == ["z", "a"]
