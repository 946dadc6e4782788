"""The audit: what a date's scores must satisfy before readers see them. Pure; judged from numbers the stages have."""

import math
from dataclasses import dataclass
from datetime import date

from overnight.errors import BadOutput
from overnight.spec import AuditPolicy

# Fewer rows may well score alike.
FEWEST_FOR_CONSTANT = 20


@dataclass(frozen=True)
class ScoreSummary:
    """Scores in numbers: rows, missing values (null or NaN), and the range of the others."""

    rows: int
    missing: int
    minimum: float | None
    maximum: float | None

    def merge(self, other: "ScoreSummary") -> "ScoreSummary":
        """The summary of both parts together."""
        lows = [value for value in (self.minimum, other.minimum) if value is not None]
        highs = [value for value in (self.maximum, other.maximum) if value is not None]
        return ScoreSummary(
            self.rows + other.rows, self.missing + other.missing, min(lows, default=None), max(highs, default=None)
        )


def audit(
    day: date,
    *,
    rows_in: int,
    rows_scored: int,
    rows_quarantined: int,
    rows_excluded: int,
    score: ScoreSummary,
    policy: AuditPolicy,
    allow_empty: bool,
) -> None:
    """Refuse a date whose rows do not add up, or whose scores cannot be right.

    Raises:
        BadOutput: with all problems at once; the version that readers see stays as it was.
    """
    accounted = rows_scored + rows_quarantined + rows_excluded
    problems = []
    if accounted != rows_in:
        problems.append(
            f"{rows_in} rows came in, {accounted} are accounted for "
            f"({rows_scored} scored, {rows_quarantined} quarantined, {rows_excluded} excluded)"
        )
    if score.rows != rows_scored:
        problems.append(f"{score.rows} scores for {rows_scored} rows")
    if not rows_scored and not allow_empty:
        problems.append("no row was scored, and the pipeline's gate does not allow an empty date")
    problems += _score_problems(score, policy)
    if problems:
        raise BadOutput(f"The audit of {day} failed: {'; '.join(problems)}. The published version stays as it was.")


def _score_problems(score: ScoreSummary, policy: AuditPolicy) -> list[str]:
    problems = []
    if score.missing:
        problems.append(f"{score.missing} of {score.rows} scores are missing or not a number")
    if score.minimum is None or score.maximum is None:
        return problems
    if not (math.isfinite(score.minimum) and math.isfinite(score.maximum)):
        problems.append(f"scores reach from {score.minimum} to {score.maximum}, and must be finite")
    if policy.score_range and not policy.score_range[0] <= score.minimum <= score.maximum <= policy.score_range[1]:
        problems.append(f"scores reach from {score.minimum} to {score.maximum}, allowed is {policy.score_range}")
    if score.minimum == score.maximum and score.rows - score.missing >= FEWEST_FOR_CONSTANT and not policy.allow_constant:
        problems.append(f"all {score.rows} scores are {score.minimum}")
    return problems
