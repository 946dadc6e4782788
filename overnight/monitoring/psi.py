"""Population stability index: how far a distribution has moved, bin by bin."""

import numpy as np
import numpy.typing as npt

from overnight.monitoring.shares import both_shares

# A fixed share instead of a pseudo-count: equal shares give equal indexes, whatever the number of rows, so that a
# date can be compared with the usual index of larger and smaller dates.
SMALLEST_SHARE = 1e-4


def population_stability_index(then: npt.ArrayLike, now: npt.ArrayLike) -> float:
    """Population stability index (PSI) of two count vectors over the same bins.

    Formula: sum over bins of `(now_i - then_i) * ln(now_i / then_i)`, with shares in place of counts: the sum of
    both Kullback-Leibler divergences, in nats. Range: 0 (same shares) to about 18 (nothing in common). Symmetric.
    Reading: below 0.10 little, from 0.25 on a major change.

    Smoothing: shares below 0.0001, the empty bins' among them, count as 0.0001; the others stay as they are.

    Source: N. Siddiqi, Credit Risk Scorecards (Wiley, 2006); properties: B. Yurdakul, Statistical Properties of
    Population Stability Index (Western Michigan University, 2018). The 0.0001 for empty bins is that of
    Evidently's `get_binned_data`.

    Raises:
        UsageError: the vectors differ in length, or one of them holds no rows.
    """
    p, q = (np.maximum(share, SMALLEST_SHARE) for share in both_shares(then, now))
    return float(np.sum((q - p) * np.log(q / p)))
