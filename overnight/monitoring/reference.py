"""The reference profile: what each column looked like in training, and how much single days differed from it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import numpy as np

from overnight.monitoring.profile import Bins, Profile, empty
from overnight.monitoring.psi import population_stability_index

# From fewer days, no quantile near the top is worth the name.
FEWEST_DAYS = 10


@dataclass(frozen=True)
class Reference:
    """The bins, the profile of all of training, and per column the PSI that a day of training usually stays within."""

    bins: Mapping[str, Bins]
    profile: Profile
    usual_psi: Mapping[str, float]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types; lists keep the order of the columns."""
        return {
            "bins": [bins.as_json() for bins in self.bins.values()],
            "profile": self.profile.as_json(),
            "usual_psi": dict(self.usual_psi),
        }

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "Reference":
        """The inverse of `as_json`."""
        bins = (Bins.from_json(one) for one in found["bins"])
        return cls({one.column: one for one in bins}, Profile.from_json(found["profile"]), dict(found["usual_psi"]))


def build_reference(bins: Mapping[str, Bins], daily: Sequence[Profile], usual_quantile: float) -> Reference:
    """The reference from the profiles of the training dates, one each.

    A day always differs from months of days, most of all in columns that are constant within a day. So the usual
    PSI of a column is the `usual_quantile` over days of PSI(day, all days); 0, which excuses nothing, from fewer
    than 10 days with values.

    Raises:
        UsageError: a profile was made with other bins.
    """
    whole = reduce(Profile.merge, daily, empty(bins))
    return Reference(bins, whole, {name: _usual_psi(cut, daily, whole, usual_quantile) for name, cut in bins.items()})


def _usual_psi(bins: Bins, daily: Sequence[Profile], whole: Profile, usual_quantile: float) -> float:
    then = bins.psi_counts(whole.columns[bins.column].counts)
    days = [bins.psi_counts(day.columns[bins.column].counts) for day in daily if day.columns[bins.column].values]
    if len(days) < FEWEST_DAYS:
        return 0.0
    return float(np.quantile([population_stability_index(then, now) for now in days], usual_quantile))
