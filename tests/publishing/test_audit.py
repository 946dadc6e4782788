"""The audit: what it refuses, what it lets pass, and that it lists everything."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overnight.errors import BadOutput
from overnight.publishing.audit import ScoreSummary, audit
from overnight.spec import AuditPolicy

from .staging import JULY_4

PROBABILITIES = AuditPolicy(score_range=(0.0, 1.0))
counts = st.integers(0, 10_000)


def _audit(**changes: Any) -> None:
    """Audit a sound date of 100 rows, 10 of them quarantined or excluded, with something changed."""
    sound: dict[str, Any] = {
        "rows_in": 100,
        "rows_scored": 90,
        "rows_quarantined": 7,
        "rows_excluded": 3,
        "score": ScoreSummary(90, 0, 0.1, 0.8),
        "policy": PROBABILITIES,
        "allow_empty": False,
    }
    audit(JULY_4, **{**sound, **changes})


@given(scored=st.integers(1, 10_000), quarantined=counts, excluded=counts, off=st.integers(-5, 5))
def test_rows_in_equal_rows_accounted_for(scored: int, quarantined: int, excluded: int, off: int) -> None:
    """A date passes exactly when rows in = rows scored + quarantined + excluded."""
    changes = {
        "rows_in": scored + quarantined + excluded + off,
        "rows_scored": scored,
        "rows_quarantined": quarantined,
        "rows_excluded": excluded,
        "score": ScoreSummary(scored, 0, 0.1, 0.8),
    }
    if off:
        with pytest.raises(BadOutput, match=f"{scored + quarantined + excluded} are accounted for"):
            _audit(**changes)
    else:
        _audit(**changes)


@pytest.mark.parametrize(
    ("score", "problem"),
    [
        (ScoreSummary(90, 2, 0.1, 0.8), "2 of 90 scores are missing or not a number"),
        (ScoreSummary(90, 90, None, None), "90 of 90 scores are missing or not a number"),
        (ScoreSummary(90, 0, -0.1, 0.8), "scores reach from"),
        (ScoreSummary(90, 0, 0.1, 1.5), "scores reach from"),
        (ScoreSummary(90, 0, 0.1, math.inf), "finite"),
        (ScoreSummary(90, 0, 0.4, 0.4), r"all 90 scores are 0\.4"),
        (ScoreSummary(89, 0, 0.1, 0.8), "89 scores for 90 rows"),
    ],
)
def test_bad_scores_are_refused(score: ScoreSummary, problem: str) -> None:
    """Missing, out-of-range, infinite, constant or uncounted scores are refused, in words."""
    with pytest.raises(BadOutput, match=problem):
        _audit(score=score)


def test_the_ends_of_the_range_belong_to_it() -> None:
    """Scores of exactly 0 and 1 are probabilities."""
    _audit(score=ScoreSummary(90, 0, 0.0, 1.0))


def test_without_a_declared_range_any_finite_score_passes() -> None:
    """A regression's scores may be any numbers."""
    _audit(score=ScoreSummary(90, 0, -1e6, 1e6), policy=AuditPolicy())


def test_few_rows_may_share_a_score() -> None:
    """19 equal scores pass, 20 do not, unless the spec allows them."""
    _audit(rows_in=19, rows_scored=19, rows_quarantined=0, rows_excluded=0, score=ScoreSummary(19, 0, 0.4, 0.4))
    twenty: dict[str, Any] = {
        "rows_in": 20,
        "rows_scored": 20,
        "rows_quarantined": 0,
        "rows_excluded": 0,
        "score": ScoreSummary(20, 0, 0.4, 0.4),
    }
    with pytest.raises(BadOutput, match="all 20 scores"):
        _audit(**twenty)
    _audit(**twenty, policy=AuditPolicy(allow_constant=True))


def test_an_empty_date_passes_only_where_the_spec_allows_it() -> None:
    """A date without scores is refused unless the gate allows empty dates."""
    empty: dict[str, Any] = {
        "rows_in": 0,
        "rows_scored": 0,
        "rows_quarantined": 0,
        "rows_excluded": 0,
        "score": ScoreSummary(0, 0, None, None),
    }
    with pytest.raises(BadOutput, match="no row was scored"):
        _audit(**empty)
    _audit(**empty, allow_empty=True)


def test_all_problems_are_listed_at_once() -> None:
    """One refusal names lost rows, missing scores and the range together, so that one look is enough."""
    with pytest.raises(BadOutput) as refusal:
        _audit(rows_in=101, score=ScoreSummary(90, 1, -2.0, 0.5))
    for problem in (
        "101 rows came in, 100 are accounted for",
        "1 of 90 scores are missing",
        "scores reach from -2.0 to 0.5",
        "2013-07-04",
    ):
        assert problem in str(refusal.value)


def test_summaries_merge() -> None:
    """Merging adds the counts and spans both ranges; a summary without scores adds nothing."""
    merged = ScoreSummary(3, 1, 0.2, 0.5).merge(ScoreSummary(2, 0, 0.1, 0.3)).merge(ScoreSummary(1, 1, None, None))
    assert merged == ScoreSummary(6, 2, 0.1, 0.5)
