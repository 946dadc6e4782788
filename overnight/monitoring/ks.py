"""Kolmogorov-Smirnov distance of two histograms: the widest gap between their cumulative shares."""

import numpy as np
import numpy.typing as npt

from overnight.monitoring.shares import both_shares


def kolmogorov_smirnov(then: npt.ArrayLike, now: npt.ArrayLike) -> float:
    """Two-sample Kolmogorov-Smirnov distance of two count vectors over the same, ordered bins.

    Formula: `max over bins i of |THEN_i - NOW_i|`, the cumulative shares up to and with bin i. Range: 0 (same
    shares) to 1 (one lies wholly below the other). Symmetric.

    Binning: the gap is looked at on bin edges only, so this is at most the distance of the samples themselves,
    and short of it by no more than the largest share of a bin.

    Source: N. Smirnov, Table for Estimating the Goodness of Fit of Empirical Distributions, Annals of Mathematical
    Statistics 19 (1948), 279-281.

    Raises:
        UsageError: the vectors differ in length, or one of them holds no rows.
    """
    p, q = both_shares(then, now)
    return float(np.max(np.abs(np.cumsum(p) - np.cumsum(q))))
