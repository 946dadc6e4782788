"""Jensen-Shannon distance: how well one can tell from a value which of two distributions it came from."""

import numpy as np
import numpy.typing as npt

from overnight.monitoring.shares import Shares, both_shares


def jensen_shannon_distance(then: npt.ArrayLike, now: npt.ArrayLike) -> float:
    """Jensen-Shannon distance, base 2, of two count vectors over the same bins.

    Formula: `sqrt((KL(p, m) + KL(q, m)) / 2)` with the mean distribution `m = (p + q) / 2` and
    `KL(p, m) = sum of p_i * log2(p_i / m_i)`. Range: 0 (same shares) to 1 (nothing in common). Symmetric, and a
    metric. Needs no smoothing: m is positive wherever p or q is.

    Source: J. Lin, Divergence Measures Based on the Shannon Entropy, IEEE Transactions on Information Theory 37
    (1991), 145-151; the root is a metric: D. Endres and J. Schindelin, A New Metric for Probability Distributions,
    IEEE Transactions on Information Theory 49 (2003), 1858-1860.

    Raises:
        UsageError: the vectors differ in length, or one of them holds no rows.
    """
    p, q = both_shares(then, now)
    mean = (p + q) / 2
    # Rounding can leave a divergence of equal distributions just below zero, or one of disjoint ones just above one.
    return float(np.sqrt(np.clip((_divergence(p, mean) + _divergence(q, mean)) / 2, 0.0, 1.0)))


def _divergence(p: Shares, mean: Shares) -> float:
    held = p > 0
    return float(np.sum(p[held] * np.log2(p[held] / mean[held])))
