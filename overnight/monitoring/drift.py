"""Drift of one date: each column now beside the same column in training."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from overnight.errors import UsageError
from overnight.monitoring.bins import Kind
from overnight.monitoring.display import display
from overnight.monitoring.jensen_shannon import jensen_shannon_distance
from overnight.monitoring.ks import kolmogorov_smirnov
from overnight.monitoring.profile import Bins, ColumnProfile, Profile
from overnight.monitoring.psi import population_stability_index
from overnight.monitoring.reference import Reference
from overnight.monitoring.verdict import Judgement, Verdict, judge_column, judge_date
from overnight.spec import DriftPolicy

DIGITS = 6


@dataclass(frozen=True)
class ColumnDrift:
    """How one column of a date differs from training, and whether that matters.

    `psi`, `ks` (numeric columns only) and `js` are None where training or the date has no values. `out_of_range` is
    the share of the date's values outside the range, or the categories, of training; None where that is unknown.
    `labels`, `then` and `now` are the histogram to show: shares of values that are not null, per label.
    """

    column: str
    role: Literal["feature", "score"]
    kind: Kind
    rows: int
    psi: float | None
    usual_psi: float
    ks: float | None
    js: float | None
    null_rate_then: float
    null_rate_now: float
    out_of_range: float | None
    verdict: Verdict
    reason: str
    labels: tuple[str, ...]
    then: tuple[float, ...]
    now: tuple[float, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        lists = {name: list(getattr(self, name)) for name in ("labels", "then", "now")}
        return {**asdict(self), **lists, "verdict": str(self.verdict)}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "ColumnDrift":
        """The inverse of `as_json`."""
        lists = {name: tuple(found[name]) for name in ("labels", "then", "now")}
        return cls(**{**found, **lists, "verdict": Verdict(found["verdict"])})


@dataclass(frozen=True)
class DateDrift:
    """The drift of a date: its verdict, the reason in a sentence, and its columns, scores first."""

    verdict: Verdict
    reason: str
    rows: int
    columns: tuple[ColumnDrift, ...]

    def as_json(self) -> dict[str, Any]:
        """Plain JSON types."""
        columns = [column.as_json() for column in self.columns]
        return {"verdict": str(self.verdict), "reason": self.reason, "rows": self.rows, "columns": columns}

    @classmethod
    def from_json(cls, found: Mapping[str, Any]) -> "DateDrift":
        """The inverse of `as_json`."""
        columns = tuple(ColumnDrift.from_json(column) for column in found["columns"])
        return cls(Verdict(found["verdict"]), found["reason"], found["rows"], columns)


def compare(reference: Reference, current: Profile, policy: DriftPolicy, score_columns: Sequence[str] = ("score",)) -> DateDrift:
    """The drift of a date's profile from the reference; both must be made with the reference's bins.

    Raises:
        UsageError: the profile holds other columns than the reference, or was made with other bins.
    """
    _require_same_bins(reference, current)
    in_order = sorted(reference.bins, key=lambda name: name not in score_columns)
    columns = tuple(_compare_column(reference, name, current.columns[name], policy, name in score_columns) for name in in_order)
    judgement = judge_date(current.rows, [Judgement(column.verdict, column.reason) for column in columns], policy)
    return DateDrift(judgement.verdict, judgement.reason, current.rows, columns)


def _compare_column(reference: Reference, name: str, now: ColumnProfile, policy: DriftPolicy, is_score: bool) -> ColumnDrift:
    bins, then, usual_psi = reference.bins[name], reference.profile.columns[name], reference.usual_psi[name]
    comparable = bool(then.values and now.values)
    coarse = bins.psi_counts(then.counts), bins.psi_counts(now.counts)
    psi = population_stability_index(*coarse) if comparable else None
    ks = kolmogorov_smirnov(then.counts, now.counts) if comparable and bins.kind == "numeric" else None
    js = jensen_shannon_distance(*coarse) if comparable else None
    judgement = judge_column(then, now, psi, usual_psi, policy)
    shown = display(bins, then.counts, now.counts)
    return ColumnDrift(
        column=name,
        role="score" if is_score else "feature",
        kind=bins.kind,
        rows=now.rows,
        psi=_rounded(psi),
        usual_psi=round(usual_psi, DIGITS),
        ks=_rounded(ks),
        js=_rounded(js),
        null_rate_then=round(then.null_rate, DIGITS),
        null_rate_now=round(now.null_rate, DIGITS),
        out_of_range=_rounded(_out_of_range(bins, then, now)),
        verdict=judgement.verdict,
        reason=judgement.reason,
        labels=shown.labels,
        then=tuple(round(share, DIGITS) for share in shown.then),
        now=tuple(round(share, DIGITS) for share in shown.now),
    )


def _out_of_range(bins: Bins, then: ColumnProfile, now: ColumnProfile) -> float | None:
    """Exact where training itself stays within the bins' outer cells, which it does when they were chosen from it."""
    if not then.values or not now.values:
        return None
    outer = (-1,) if bins.kind == "categorical" else (0, -1)
    if any(then.counts[cell] for cell in outer):
        return None
    return sum(now.counts[cell] for cell in outer) / now.values


def _require_same_bins(reference: Reference, current: Profile) -> None:
    expected = {name: bins.cells for name, bins in reference.bins.items()}
    found = {name: len(column.counts) for name, column in current.columns.items()}
    if found != expected:
        differing = sorted(name for name in {*expected, *found} if expected.get(name) != found.get(name))
        raise UsageError(f"The profile differs from the reference in {differing}. Profile the date with the reference's bins.")


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, DIGITS)
