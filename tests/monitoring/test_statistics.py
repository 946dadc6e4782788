"""Each statistic against numbers worked out by hand, and the laws it obeys."""

import math
from collections.abc import Callable

import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from overnight.errors import UsageError
from overnight.monitoring.jensen_shannon import jensen_shannon_distance
from overnight.monitoring.ks import kolmogorov_smirnov
from overnight.monitoring.psi import population_stability_index

Statistic = Callable[[npt.ArrayLike, npt.ArrayLike], float]
STATISTICS: list[Statistic] = [population_stability_index, kolmogorov_smirnov, jensen_shannon_distance]
LARGEST: dict[Statistic, float] = {
    population_stability_index: 2 * 0.9999 * math.log(10_000),
    kolmogorov_smirnov: 1.0,
    jensen_shannon_distance: 1.0,
}

each_statistic = pytest.mark.parametrize("statistic", STATISTICS)
pairs = st.integers(1, 12).flatmap(
    lambda size: st.tuples(
        st.lists(st.integers(0, 10**9), min_size=size, max_size=size).filter(any),
        st.lists(st.integers(0, 10**9), min_size=size, max_size=size).filter(any),
    )
)


def test_psi_of_halves_and_quarters() -> None:
    """0.25 ln(0.75/0.5) - 0.25 ln(0.25/0.5) = 0.25 ln 3 = 0.274653."""
    assert population_stability_index([50, 50], [75, 25]) == pytest.approx(0.274653, abs=1e-6)


def test_psi_of_an_emptied_bin() -> None:
    """An empty bin counts as 0.0001: 0.5 ln 2 + 0.4999 ln 5000 = 0.346574 + 4.257745."""
    assert population_stability_index([50, 50], [100, 0]) == pytest.approx(4.604319, abs=1e-6)


def test_psi_does_not_depend_on_the_number_of_rows() -> None:
    """Equal shares give equal indexes, so that small and large dates compare."""
    assert population_stability_index([50, 50], [3, 1]) == population_stability_index([500_000, 500_000], [750, 250])
    assert population_stability_index([1, 6], [1, 0]) == population_stability_index([100, 600], [1_000, 0])


def test_psi_of_nothing_in_common() -> None:
    """Two disjoint bins give 2 * 0.9999 * ln 10000 = 18.418838."""
    assert population_stability_index([7, 0], [0, 9]) == pytest.approx(18.418838, abs=1e-6)


def test_ks_is_the_widest_cumulative_gap() -> None:
    """0.1 0.3 0.6 1 against 0.4 0.7 0.9 1: the gaps are 0.3, 0.4, 0.3 and 0."""
    assert kolmogorov_smirnov([10, 20, 30, 40], [40, 30, 20, 10]) == pytest.approx(0.4)


def test_ks_minds_the_order_of_bins() -> None:
    """Moving everything one bin further is as far as moving it to the end: 1."""
    assert kolmogorov_smirnov([5, 0, 0], [0, 5, 0]) == kolmogorov_smirnov([5, 0, 0], [0, 0, 5]) == 1.0


def test_js_of_a_sure_and_an_even_distribution() -> None:
    """M = (0.75, 0.25); (log2(4/3) + 0.5 log2(2/3) + 0.5 log2 2) / 2 = (0.415037 + 0.207519) / 2; its root is 0.557923."""
    assert jensen_shannon_distance([1, 0], [1, 1]) == pytest.approx(0.557923, abs=1e-6)


def test_js_of_nothing_in_common() -> None:
    """Base 2 makes the distance of disjoint distributions 1."""
    assert jensen_shannon_distance([3, 0], [0, 4]) == 1.0


@each_statistic
@given(pair=pairs)
def test_statistics_are_symmetric_and_within_range(statistic: Statistic, pair: tuple[list[int], list[int]]) -> None:
    """Exchanging then and now changes nothing, and the value stays within the documented range."""
    value = statistic(*pair)
    assert value == pytest.approx(statistic(pair[1], pair[0]), abs=1e-12)
    floor_effect = 1 + 1e-2 if statistic is population_stability_index else 1 + 1e-12
    assert 0 <= value <= LARGEST[statistic] * floor_effect


@each_statistic
@given(pair=pairs, factor=st.integers(1, 1000))
def test_the_same_shares_do_not_differ(statistic: Statistic, pair: tuple[list[int], list[int]], factor: int) -> None:
    """A sample and the same sample many times over are 0 apart."""
    counts = pair[0]
    assert statistic(counts, [count * factor for count in counts]) == pytest.approx(0, abs=1e-6)


@each_statistic
def test_no_rows_are_no_distribution(statistic: Statistic) -> None:
    """Counts of nothing are refused instead of yielding NaN."""
    with pytest.raises(UsageError, match="positive sum"):
        statistic([1, 2], [0, 0])


@each_statistic
def test_other_bins_do_not_compare(statistic: Statistic) -> None:
    """Counts over different numbers of bins are refused, with both numbers."""
    with pytest.raises(UsageError, match="over 2 and over 3 bins"):
        statistic([1, 2], [1, 2, 3])
