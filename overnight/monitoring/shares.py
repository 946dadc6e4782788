"""Counts as shares: the common ground of the statistics."""

import numpy as np
import numpy.typing as npt

from overnight.errors import UsageError

Shares = npt.NDArray[np.float64]


def shares(counts: npt.ArrayLike) -> Shares:
    """Counts divided by their sum.

    Raises:
        UsageError: the counts are not a vector of at least one row, so there is no distribution.
    """
    vector: Shares = np.asarray(counts, dtype=np.float64)
    if vector.ndim != 1 or not vector.sum() > 0:
        raise UsageError(f"Counts {vector.tolist()} are no vector with a positive sum. Compare columns that have values.")
    share: Shares = vector / vector.sum()
    return share


def both_shares(then: npt.ArrayLike, now: npt.ArrayLike) -> tuple[Shares, Shares]:
    """The shares of two count vectors over the same bins.

    Raises:
        UsageError: the vectors differ in length, or one of them holds no rows.
    """
    pair = shares(then), shares(now)
    if pair[0].shape != pair[1].shape:
        raise UsageError(f"Counts over {pair[0].size} and over {pair[1].size} bins cannot be compared. Use the same bins.")
    return pair
