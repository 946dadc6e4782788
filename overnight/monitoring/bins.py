"""Bins: where a column's histogram is cut, chosen once from the training data."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from overnight.errors import UsageError

Kind = Literal["numeric", "categorical"]

TOP_CATEGORIES = 50
FEW_DISTINCT = 20
FINE_LEVELS = np.arange(1, 50) / 50
DECILES = np.arange(1, 10) / 10
DISPLAY_TAILS = np.array([0.005, 0.995])
DISPLAY_CELLS = 20

Edges = tuple[float, ...]
Numbers = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Bins:
    """Where one column's histogram is cut.

    Numeric: cell i holds the values v with `edges[i - 1] <= v < edges[i]`, the first all below, the last all from
    the last edge on. `quantile_edges` (for PSI) and `display_edges` (for pictures) are among `edges`, so both
    histograms are exact sums of neighbouring cells. Categorical: one cell per category, most frequent first, and
    one for all others.
    """

    column: str
    kind: Kind
    edges: Edges
    quantile_edges: Edges
    display_edges: Edges
    categories: tuple[str, ...]

    def __post_init__(self) -> None:
        if not all(low < high for low, high in pairwise(self.edges)):
            raise UsageError(f"The edges of {self.column} do not increase: {self.edges}. Sort them, each once.")
        strays = sorted({*self.quantile_edges, *self.display_edges} - set(self.edges))
        if strays:
            raise UsageError(f"Edges {strays} of {self.column} are not among its fine edges {self.edges}. Add them there.")

    @property
    def cells(self) -> int:
        """The number of counts in this column's histogram."""
        return 1 + (len(self.edges) if self.kind == "numeric" else len(self.categories))

    @property
    def discrete(self) -> bool:
        """Whether each of the few distinct values of a numeric column has a cell of its own."""
        return self.edges == self.display_edges

    def merge_cells(self, counts: Sequence[int], edges: Edges) -> tuple[int, ...]:
        """The counts over some of the edges, e.g. `quantile_edges`, from those over all of them; exact."""
        starts = [0, *(np.searchsorted(self.edges, edges) + 1)]
        return tuple(np.add.reduceat(np.asarray(counts, dtype=np.int64), starts).tolist())

    def psi_counts(self, counts: Sequence[int]) -> tuple[int, ...]:
        """The coarse counts that PSI is computed from: per quantile cell, or per category."""
        return self.merge_cells(counts, self.quantile_edges) if self.kind == "numeric" else tuple(counts)

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "column": self.column,
            "kind": self.kind,
            "edges": list(self.edges),
            "quantile_edges": list(self.quantile_edges),
            "display_edges": list(self.display_edges),
            "categories": list(self.categories),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Bins":
        """The inverse of `as_json`."""
        lists = {name: tuple(found[name]) for name in ("edges", "quantile_edges", "display_edges", "categories")}
        return cls(column=found["column"], kind=found["kind"], **lists)


def choose_bins(column: str, values: pa.ChunkedArray | pa.Array) -> Bins:
    """Cut a column where its training values suggest it: at quantiles and at equal widths, or per category.

    Null, NaN and infinite values are left out. A column of at most 20 distinct numbers gets a cell for each; else
    a number that fills a whole quantile step, such as the zeros of a rain gauge, gets one.

    Raises:
        UsageError: the column is neither numeric nor text nor boolean.
    """
    if kind_of(column, values.type) == "categorical":
        return Bins(column, "categorical", (), (), (), _top_categories(values))
    numbers = as_numbers(values.drop_null())
    ordered = np.sort(numbers[np.isfinite(numbers)])
    distinct = np.unique(ordered)
    if distinct.size <= FEW_DISTINCT:
        edges = _edges(distinct, [_just_above(value) for value in distinct[-1:]])
        return Bins(column, "numeric", edges, edges, edges, ())
    quantile_edges, display_edges = _quantile_edges(ordered, distinct, DECILES), _display_edges(ordered)
    outer = [ordered[0], _just_above(ordered[-1])]
    edges = _edges(outer, quantile_edges, display_edges, _quantile_edges(ordered, distinct, FINE_LEVELS))
    return Bins(column, "numeric", edges, quantile_edges, display_edges, ())


def kind_of(column: str, type_: pa.DataType) -> Kind:
    """How a column of this Arrow type is profiled; an untyped, all-null one as numeric.

    Raises:
        UsageError: the type is neither numeric nor text nor boolean.
    """
    value_type = type_.value_type if pa.types.is_dictionary(type_) else type_
    if pa.types.is_string(value_type) or pa.types.is_large_string(value_type) or pa.types.is_boolean(value_type):
        return "categorical"
    numeric = (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal, pa.types.is_null)
    if any(is_one(value_type) for is_one in numeric):
        return "numeric"
    raise UsageError(f"Column {column} has type {type_}, which cannot be profiled. Cast it to float64 or string.")


def as_numbers(values: pa.ChunkedArray | pa.Array) -> Numbers:
    """A numeric Arrow column without nulls as float64; integers beyond 2^53 are rounded."""
    numbers: Numbers = pc.cast(values, pa.float64(), safe=False).to_numpy(zero_copy_only=False)
    return numbers


def as_text(values: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """A categorical Arrow column as strings; booleans as `true` and `false`."""
    return pc.cast(values, pa.string())


def _top_categories(values: pa.ChunkedArray | pa.Array) -> tuple[str, ...]:
    counted = pc.value_counts(as_text(values.drop_null()))
    pairs = zip(counted.field("counts").to_pylist(), counted.field("values").to_pylist(), strict=True)
    by_count = sorted(pairs, key=lambda pair: (-pair[0], pair[1]))
    return tuple(category for _, category in by_count[:TOP_CATEGORIES])


def _quantile_edges(ordered: Numbers, distinct: Numbers, levels: Numbers) -> Edges:
    values, times = np.unique(np.quantile(ordered, levels, method="inverted_cdf"), return_counts=True)
    frequent = values[times > 1]
    after = np.searchsorted(distinct, frequent, side="right")
    return _edges(values, distinct[after[after < distinct.size]])


def _display_edges(ordered: Numbers) -> Edges:
    low, high = np.quantile(ordered, DISPLAY_TAILS, method="inverted_cdf")
    if low == high:
        low, high = ordered[0], ordered[-1]
    steps = np.linspace(0, 1, DISPLAY_CELLS + 1)
    # Not low + steps * (high - low): the difference of two large numbers can overflow.
    return _edges(low * (1 - steps) + high * steps)


def _just_above(value: float) -> float:
    # The neighbour of zero is a denormal number, which some libraries' fast-math flags turn back into zero.
    tiny = np.finfo(np.float64).tiny
    return float(tiny) if abs(value) < tiny else math.nextafter(value, math.inf)


def _edges(*parts: npt.ArrayLike) -> Edges:
    # Adding zero turns -0.0 into 0.0, which compares the same but is written differently.
    edges = np.unique(np.concatenate([np.asarray(part, dtype=np.float64) for part in parts])) + 0.0
    return tuple(edges[np.isfinite(edges)].tolist())
