"""What a profile counts, and that profiles add up."""

import json
import math
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overnight.errors import UsageError
from overnight.monitoring import profile
from overnight.monitoring.profile import Bins, ColumnProfile, Profile, choose_bins, empty, profile_batch

SCHEMA = pa.schema({"delay": pa.float64(), "seats": pa.int32(), "carrier": pa.string()})
CUTS = {
    "delay": Bins("delay", "numeric", (0.0, 5.0, 10.0), (5.0,), (0.0, 10.0), ()),
    "seats": choose_bins("seats", pa.array(range(40))),
    "carrier": Bins("carrier", "categorical", (), (), (), ("UA", "AA")),
}
rows = st.fixed_dictionaries(
    {
        "delay": st.none() | st.floats(),
        "seats": st.none() | st.integers(-50, 90),
        "carrier": st.none() | st.sampled_from(["UA", "AA", "", "B6"]),
    }
)
tables = st.lists(rows, max_size=30).map(lambda found: pa.Table.from_pylist(found, SCHEMA))


def test_each_value_falls_into_one_cell() -> None:
    """Cells hold their lower edge, the last cell takes infinity, and NaN is a null."""
    values = pa.array([None, math.nan, -1.0, 0.0, 1.0, 5.0, 9.5, 10.0, math.inf])
    found = profile_batch(pa.table({"delay": values}), {"delay": CUTS["delay"]}).columns["delay"]
    assert found == ColumnProfile("delay", "numeric", rows=9, nulls=2, minimum=-1, maximum=10, counts=(1, 2, 2, 2))
    assert found.values == 7
    assert found.null_rate == pytest.approx(2 / 9)


def test_each_text_falls_into_its_category_or_into_other() -> None:
    """Unknown texts, the empty one too, are other; nulls are not."""
    values = pa.array(["AA", "UA", None, "B6", "AA", ""])
    found = profile_batch(pa.table({"carrier": values}), {"carrier": CUTS["carrier"]}).columns["carrier"]
    assert found == ColumnProfile("carrier", "categorical", rows=6, nulls=1, minimum=None, maximum=None, counts=(1, 2, 2))


def test_a_column_of_infinities_has_no_finite_range() -> None:
    """Infinities are counted in the outer cells, but are no minimum or maximum that JSON could hold."""
    found = profile_batch(pa.table({"delay": [-math.inf, math.inf]}), {"delay": CUTS["delay"]}).columns["delay"]
    assert (found.minimum, found.maximum, found.counts, found.nulls) == (None, None, (1, 0, 0, 1), 0)


def test_columns_without_bins_are_left_out() -> None:
    """Keys and dates travel in the same batch and are not profiled."""
    batch = pa.record_batch({"flight": [1, 2], "carrier": ["UA", "UA"]})
    assert list(profile_batch(batch, {"carrier": CUTS["carrier"]}).columns) == ["carrier"]


def test_a_missing_column_is_named() -> None:
    """The refusal says which column has bins but no values."""
    with pytest.raises(UsageError, match=r"\['delay'\] have bins, but the batch has only \['carrier'\]"):
        profile_batch(pa.table({"carrier": ["UA"]}), {name: CUTS[name] for name in ("carrier", "delay")})


def test_a_column_of_another_kind_is_refused() -> None:
    """Text where there were numbers is an error, not a column of nulls."""
    with pytest.raises(UsageError, match="delay has type string, but its bins are numeric"):
        profile_batch(pa.table({"delay": ["late"]}), {"delay": CUTS["delay"]})


def test_an_untyped_column_of_nulls_fits_any_bins() -> None:
    """A batch whose column is null throughout may have lost its type."""
    table = pa.table({"delay": pa.nulls(2), "carrier": pa.nulls(2)})
    found = profile_batch(table, {name: CUTS[name] for name in ("delay", "carrier")})
    assert [column.nulls for column in found.columns.values()] == [2, 2]


def test_many_blocks_count_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cutting the work into blocks changes no count and no extreme."""
    monkeypatch.setattr(profile, "BLOCK_ROWS", 3)
    values = pa.chunked_array([[4.0, 12.0, math.nan, -3.0, 7.0], [], [None, 0.0, 5.0, 5.0]])
    found = profile_batch(pa.table({"delay": values}), {"delay": CUTS["delay"]}).columns["delay"]
    assert found == ColumnProfile("delay", "numeric", rows=9, nulls=2, minimum=-3, maximum=12, counts=(1, 2, 3, 1))


def test_the_fast_count_is_the_obvious_count() -> None:
    """100 000 values in blocks are counted as a comparison with each edge counts them."""
    values = np.random.default_rng(7).normal(size=100_000).round(2)
    bins = choose_bins("x", pa.array(values))
    edges = (-math.inf, *bins.edges, math.inf)
    expected = tuple(int(((values >= low) & (values < high)).sum()) for low, high in pairwise(edges))
    assert profile_batch(pa.table({"x": values}), {"x": bins}).columns["x"].counts == expected


@given(table=tables, data=st.data())
def test_profiles_of_parts_merge_to_the_profile_of_the_whole(table: pa.Table, data: st.DataObject) -> None:
    """profile(a + b) is profile(a).merge(profile(b)), wherever a table is cut."""
    cut = data.draw(st.integers(0, table.num_rows))
    parts = [profile_batch(part, CUTS) for part in (table.slice(0, cut), table.slice(cut))]
    assert parts[0].merge(parts[1]) == profile_batch(table, CUTS)


@given(a=tables, b=tables, c=tables)
def test_merging_is_associative_and_commutative(a: pa.Table, b: pa.Table, c: pa.Table) -> None:
    """Files may be merged in any order and grouping, and the empty profile changes nothing."""
    x, y, z = (profile_batch(table, CUTS) for table in (a, b, c))
    assert x.merge(y).merge(z) == x.merge(y.merge(z))
    assert x.merge(y) == y.merge(x)
    assert x.merge(empty(CUTS)) == x


@given(table=tables)
def test_counts_add_up(table: pa.Table) -> None:
    """Every row is a null or in exactly one cell."""
    found = profile_batch(table, CUTS)
    assert found.rows == table.num_rows
    assert all(sum(column.counts) + column.nulls == column.rows for column in found.columns.values())


@given(table=tables)
def test_profiles_survive_json(table: pa.Table) -> None:
    """Plain JSON without NaN or Infinity, and back, gives the same profile in the same order, keys sorted or not."""
    found = profile_batch(table, CUTS)
    again = Profile.from_json(json.loads(json.dumps(found.as_json(), allow_nan=False, sort_keys=True)))
    assert again == found
    assert list(again.columns) == list(found.columns)


def test_the_sign_of_zero_leaves_no_trace() -> None:
    """-0.0 and 0.0 give the same JSON text."""
    texts = {json.dumps(profile_batch(pa.table({"delay": [zero]}), {"delay": CUTS["delay"]}).as_json()) for zero in (0.0, -0.0)}
    assert len(texts) == 1


def test_profiles_with_other_bins_do_not_merge() -> None:
    """The refusal says how the two differ."""
    other = Bins("delay", "numeric", (0.0,), (), (), ())
    with pytest.raises(UsageError, match=r"over 4 cells cannot be merged with .* over 2 cells"):
        empty({"delay": CUTS["delay"]}).merge(empty({"delay": other}))


def test_profiles_of_other_columns_do_not_merge() -> None:
    """The refusal lists the columns of both."""
    with pytest.raises(UsageError, match=r"\['delay'\] cannot be merged with one of \['carrier'\]"):
        empty({"delay": CUTS["delay"]}).merge(empty({"carrier": CUTS["carrier"]}))
