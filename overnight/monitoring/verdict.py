"""Verdicts: when a difference from training is worth a word, and the sentence that says so."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from overnight.monitoring.profile import ColumnProfile
from overnight.spec import DriftPolicy


class Verdict(StrEnum):
    """Drift's opinion; the member order is the order of gravity, except that `unknown` says nothing."""

    OK = "ok"
    WARN = "warn"
    ALERT = "alert"
    UNKNOWN = "unknown"


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The gravest of the verdicts; `unknown` only when there is nothing else."""
    known = [verdict for verdict in verdicts if verdict is not Verdict.UNKNOWN]
    return max(known, key=list(Verdict).index, default=Verdict.UNKNOWN)


@dataclass(frozen=True)
class Judgement:
    """A verdict and its reason, e.g. `score: PSI 0.31, usual up to 0.12`."""

    verdict: Verdict
    reason: str


def judge_column(then: ColumnProfile, now: ColumnProfile, psi: float | None, usual_psi: float, policy: DriftPolicy) -> Judgement:
    """What a column's nulls and PSI amount to; `psi` is None where training or the date has no values.

    PSI counts when it exceeds both the policy's threshold and what training days usually showed.
    """
    about = f"{now.column}: "
    if now.rows < policy.min_rows:
        return Judgement(Verdict.UNKNOWN, about + _too_few(now.rows, policy))
    nulls = f"{now.null_rate:.1%} null, {then.null_rate:.1%} in training"
    if abs(now.null_rate - then.null_rate) > policy.max_null_change:
        return Judgement(Verdict.ALERT, about + nulls)
    if not then.values and not now.values:
        return Judgement(Verdict.OK, about + "without values, as in training")
    if psi is None or now.values < policy.min_rows:
        return Judgement(
            Verdict.UNKNOWN, f"{about}{nulls}; {now.values} values, too few for a verdict (at least {policy.min_rows})"
        )
    verdict = _verdict(psi, usual_psi, policy)
    return Judgement(verdict, about + _psi_reason(verdict, psi, usual_psi, policy))


def judge_date(rows: int, columns: Iterable[Judgement], policy: DriftPolicy) -> Judgement:
    """The gravest verdict over a date's columns, with the reasons of those that have it."""
    columns = list(columns)
    verdict = worst(column.verdict for column in columns)
    if rows < policy.min_rows:
        return Judgement(verdict, _too_few(rows, policy))
    if verdict is Verdict.OK:
        judged = sum(column.verdict is Verdict.OK for column in columns)
        return Judgement(verdict, f"{judged} of {len(columns)} columns are like training")
    reasons = [column.reason for column in columns if column.verdict is verdict]
    if not reasons:
        return Judgement(verdict, "no columns to compare")
    more = f"; and {len(reasons) - 3} more" if len(reasons) > 3 else ""
    return Judgement(verdict, "; ".join(reasons[:3]) + more)


def _too_few(rows: int, policy: DriftPolicy) -> str:
    return f"{rows} rows, too few for a verdict (at least {policy.min_rows})"


def _verdict(psi: float, usual_psi: float, policy: DriftPolicy) -> Verdict:
    if psi > max(policy.alert_psi, usual_psi):
        return Verdict.ALERT
    return Verdict.WARN if psi > max(policy.warn_psi, usual_psi) else Verdict.OK


def _psi_reason(verdict: Verdict, psi: float, usual_psi: float, policy: DriftPolicy) -> str:
    limit, words = (policy.alert_psi, "alert above") if verdict is Verdict.ALERT else (policy.warn_psi, "warning above")
    if usual_psi >= psi or (usual_psi > 0 and verdict is not Verdict.OK):
        limit, words = usual_psi, "usual up to"
    # "PSI 0.12, usual up to 0.12" would explain nothing.
    digits = 2 if f"{psi:.2f}" != f"{limit:.2f}" else 4
    return f"PSI {psi:.{digits}f}, {words} {limit:.{digits}f}"
