"""The histogram that people see: a few labelled bars, training beside the date."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from overnight.monitoring.bins import Bins

TOP_SHOWN = 12
LONGEST_LABEL = 40
OTHER = "(other)"


@dataclass(frozen=True)
class Display:
    """Bar labels, and per label the share of values in training and now; 0 where there are no values."""

    labels: tuple[str, ...]
    then: tuple[float, ...]
    now: tuple[float, ...]


def display(bins: Bins, then: Sequence[int], now: Sequence[int]) -> Display:
    """The bars for two count vectors over a column's bins."""
    return _categories(bins, then, now) if bins.kind == "categorical" else _numbers(bins, then, now)


def _numbers(bins: Bins, then: Sequence[int], now: Sequence[int]) -> Display:
    labels = _interval_labels(bins)
    pair = bins.merge_cells(then, bins.display_edges), bins.merge_cells(now, bins.display_edges)
    # The open cells at both ends are there for what training never showed; while they are empty, they say nothing.
    first = 1 if len(labels) > 1 and not any(counts[0] for counts in pair) else 0
    end = len(labels) - 1 if len(labels) > 1 and not any(counts[-1] for counts in pair) else len(labels)
    shown = [_shares(counts)[first:end] for counts in pair]
    return Display(labels[first:end], shown[0], shown[1])


def _interval_labels(bins: Bins) -> tuple[str, ...]:
    edges = [f"{edge:.6g}" for edge in bins.display_edges]
    if not edges:
        return ("any",)
    if bins.discrete:
        return (f"< {edges[0]}", *edges[:-1], f"> {edges[-1]}")
    return (f"< {edges[0]}", *(f"{low} to {high}" for low, high in pairwise(edges)), f"≥ {edges[-1]}")


def _categories(bins: Bins, then: Sequence[int], now: Sequence[int]) -> Display:
    """The categories that are frequent in training or now, and all others together."""
    shares = np.array([_shares(then), _shares(now)])
    top = sorted(np.argsort(-shares[:, :-1].max(axis=0), kind="stable")[:TOP_SHOWN].tolist())
    rest = [cell for cell in range(bins.cells) if cell not in top]
    bars = [(*row[top].tolist(), float(row[rest].sum())) for row in shares]
    return Display((*(_shortened(bins.categories[cell]) for cell in top), OTHER), bars[0], bars[1])


def _shares(counts: Sequence[int]) -> tuple[float, ...]:
    return tuple(count / max(1, sum(counts)) for count in counts)


def _shortened(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else label[: LONGEST_LABEL - 1] + "…"
