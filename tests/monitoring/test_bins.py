"""Where columns are cut."""

import json
import math
from decimal import Decimal

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overnight.errors import UsageError
from overnight.monitoring.profile import Bins, choose_bins, profile_batch

anything = st.lists(st.floats() | st.sampled_from([0.0, -0.0, 1.0, math.nan, math.inf]) | st.none(), max_size=120)


def counts(bins: Bins, values: pa.Array) -> tuple[int, ...]:
    return profile_batch(pa.table({bins.column: values}), {bins.column: bins}).columns[bins.column].counts


def test_a_continuous_column_is_cut_at_deciles_and_at_equal_widths() -> None:
    """Of 1 to 1000 the deciles are 100 to 900, and 20 cells of 49.5 lie between the 5th and the 995th value."""
    bins = choose_bins("distance", pa.array(np.arange(1.0, 1001.0)))
    assert bins.quantile_edges == (100, 200, 300, 400, 500, 600, 700, 800, 900)
    assert bins.display_edges == pytest.approx([5 + 49.5 * step for step in range(21)])
    assert (bins.edges[0], bins.edges[-1]) == (1, math.nextafter(1000, math.inf))
    assert {20.0, 40.0, 980.0} <= set(bins.edges)
    assert not bins.discrete


def test_every_cell_of_a_continuous_column_is_small() -> None:
    """Further quantiles keep each fine cell at 2 % of the rows or less, so a binned KS is at most that far off."""
    values = pa.array(np.arange(1.0, 1001.0) ** 3)
    assert max(counts(choose_bins("cubes", values), values)) <= 20


def test_a_frequent_value_gets_a_cell_of_its_own() -> None:
    """Of 800 dry days and 1 to 200 inches, the dry ones are a cell, not mixed with the drizzle."""
    values = pa.array([0.0] * 800 + [float(inches) for inches in range(1, 201)])
    bins = choose_bins("precipitation", values)
    assert bins.quantile_edges == (0, 1, 100)
    assert bins.psi_counts(counts(bins, values)) == (0, 800, 99, 101)


@pytest.mark.parametrize("type_", [pa.int8(), pa.int64(), pa.uint16(), pa.float32(), pa.float64(), pa.decimal128(5, 2)])
def test_few_distinct_numbers_get_a_cell_each(type_: pa.DataType) -> None:
    """A weekday is its own cell, whatever the numeric type, with open cells for what training never showed."""
    values = pa.array([3, 1, 2, 2, None], type_)
    bins = choose_bins("weekday", values)
    assert bins.edges == bins.quantile_edges == bins.display_edges == (1, 2, 3, math.nextafter(3, math.inf))
    assert bins.discrete
    assert counts(bins, pa.array([0, 1, 2, 2, 3, 4], type_)) == (1, 1, 2, 1, 1)


def test_a_constant_column_tells_other_values_apart() -> None:
    """After nothing but zeros, smaller and larger numbers fall into cells of their own."""
    bins = choose_bins("flag", pa.array([0.0, -0.0, 0.0]))
    assert str(bins.edges[0]) == "0.0"
    assert counts(bins, pa.array([-1.0, 0.0, -0.0, 0.1])) == (1, 2, 1)


@pytest.mark.parametrize(
    "values", [pa.nulls(3), pa.nulls(3, pa.float64()), pa.array([math.nan]), pa.chunked_array([], pa.float64())]
)
def test_a_column_without_numbers_has_one_cell(values: pa.Array | pa.ChunkedArray) -> None:
    """All-null, all-NaN and empty columns can be binned; whatever comes later falls into their one cell."""
    bins = choose_bins("nothing", values)
    assert (bins.kind, bins.edges, bins.cells) == ("numeric", (), 1)
    assert counts(bins, pa.array([1.5, -2.0, None])) == (2,)


def test_categories_are_the_most_frequent_50() -> None:
    """Of 60 texts the 50 most frequent ones get a cell; ties go by the alphabet."""
    texts = [f"c{number:02}" for number in range(60) for _ in range(2 if number >= 15 else 1)]
    bins = choose_bins("dest", pa.array([*texts, None]))
    assert bins.categories == (*(f"c{number}" for number in range(15, 60)), *(f"c{number:02}" for number in range(5)))
    assert counts(bins, pa.array(["c15", "c59", "c05", "new", None])) == (1, *[0] * 43, 1, *[0] * 5, 2)


@pytest.mark.parametrize(
    "values",
    [
        pa.array(["true", "true", "false"], pa.large_string()),
        pa.array([True, True, False]),
        pa.array(["true", "true", "false"]).dictionary_encode(),
        pa.chunked_array([["true"], [], ["true", "false"]]),
    ],
)
def test_texts_and_booleans_are_categories(values: pa.Array | pa.ChunkedArray) -> None:
    """Large strings, booleans, dictionaries and chunks amount to the same categories and counts."""
    bins = choose_bins("flag", values)
    assert bins.categories == ("true", "false")
    assert counts(bins, values) == (2, 1, 0)


def test_an_all_null_text_column_counts_everything_as_other() -> None:
    """Without categories there is one cell, for all texts."""
    bins = choose_bins("note", pa.nulls(2, pa.string()))
    assert bins.categories == ()
    assert counts(bins, pa.array(["a", None, "b"])) == (2,)


def test_infinite_values_do_not_widen_the_bins() -> None:
    """Infinities are left out when cutting."""
    assert choose_bins("x", pa.array([math.inf, 1.0, -math.inf])).edges == (1, math.nextafter(1, math.inf))


def test_enormous_numbers_do_not_overflow() -> None:
    """A range wider than the largest double is cut without infinite edges."""
    bins = choose_bins("x", pa.array(np.linspace(-1, 1, 101) * 1.7e308))
    assert bins.display_edges == pytest.approx([1.7e308 * (step / 10 - 1) for step in range(21)])


def test_a_timestamp_cannot_be_profiled() -> None:
    """The refusal names the column, its type and the way out."""
    with pytest.raises(UsageError, match=r"scored_at has type timestamp\[us\].*float64 or string"):
        choose_bins("scored_at", pa.nulls(1, pa.timestamp("us")))


def test_edges_must_increase() -> None:
    """Edges out of order would count silently wrongly, so they are refused."""
    with pytest.raises(UsageError, match="do not increase"):
        Bins("x", "numeric", (1.0, 1.0), (), (), ())


def test_coarse_edges_must_be_fine_ones() -> None:
    """A coarse edge that is no fine one could not be recovered exactly, so it is refused."""
    with pytest.raises(UsageError, match=r"\[2\.0\] of x are not among"):
        Bins("x", "numeric", (1.0, 3.0), (2.0,), (), ())


def test_decimals_are_numbers() -> None:
    """A decimal's edge is the nearest double."""
    assert choose_bins("fare", pa.array([Decimal("1.10")])).edges[0] == 1.1


@given(training=anything, later=anything)
def test_coarse_histograms_are_recovered_exactly(training: list[float | None], later: list[float | None]) -> None:
    """Merging fine cells gives what counting over the coarse edges gives."""
    bins = choose_bins("x", pa.array(training, pa.float64()))
    values = pa.array(later, pa.float64())
    for edges in (bins.quantile_edges, bins.display_edges):
        coarse = Bins("x", "numeric", edges, (), (), ())
        assert bins.merge_cells(counts(bins, values), edges) == counts(coarse, values)


@given(training=anything)
def test_bins_survive_json(training: list[float | None]) -> None:
    """Plain JSON without NaN or Infinity, and back, gives the same edges to the last bit."""
    bins = choose_bins("x", pa.array(training, pa.float64()))
    assert Bins.from_json(json.loads(json.dumps(bins.as_json(), allow_nan=False))) == bins
