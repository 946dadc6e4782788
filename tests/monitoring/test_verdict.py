"""When drift is worth a word."""

import pytest

from overnight.monitoring.profile import ColumnProfile
from overnight.monitoring.verdict import Judgement, Verdict, judge_column, judge_date, worst
from overnight.spec import DriftPolicy

POLICY = DriftPolicy(min_rows=200, warn_psi=0.10, alert_psi=0.25, max_null_change=0.10)


def column(rows: int = 1000, nulls: int = 0) -> ColumnProfile:
    return ColumnProfile("score", "numeric", rows, nulls, None, None, (rows - nulls,))


@pytest.mark.parametrize(
    ("psi", "usual", "verdict", "reason"),
    [
        (0.31, 0.12, Verdict.ALERT, "score: PSI 0.31, usual up to 0.12"),
        (0.31, 0.28, Verdict.ALERT, "score: PSI 0.31, usual up to 0.28"),
        (0.31, 0.31, Verdict.OK, "score: PSI 0.3100, usual up to 0.3100"),
        (0.31, 0.33, Verdict.OK, "score: PSI 0.31, usual up to 0.33"),
        (0.25, 0.12, Verdict.WARN, "score: PSI 0.25, usual up to 0.12"),
        (0.12, 0.1163, Verdict.WARN, "score: PSI 0.1200, usual up to 0.1163"),
        (0.12, 0.15, Verdict.OK, "score: PSI 0.12, usual up to 0.15"),
        (0.08, 0.05, Verdict.OK, "score: PSI 0.08, warning above 0.10"),
        (0.08, 0.0, Verdict.OK, "score: PSI 0.08, warning above 0.10"),
        (0.12, 0.0, Verdict.WARN, "score: PSI 0.12, warning above 0.10"),
        (0.31, 0.0, Verdict.ALERT, "score: PSI 0.31, alert above 0.25"),
    ],
)
def test_psi_must_be_large_and_unusual(psi: float, usual: float, verdict: Verdict, reason: str) -> None:
    """A column is suspect when its PSI exceeds the threshold and what training days usually showed."""
    assert judge_column(column(), column(), psi, usual, POLICY) == Judgement(verdict, reason)


def test_a_jump_of_nulls_alerts() -> None:
    """From 2 % to 12.1 % null is more than 0.10, whatever the PSI of the rest; so is the way back."""
    few, many = column(nulls=20), column(nulls=121)
    assert judge_column(few, many, 0.0, 0.0, POLICY) == Judgement(Verdict.ALERT, "score: 12.1% null, 2.0% in training")
    assert judge_column(many, few, 0.0, 0.0, POLICY) == Judgement(Verdict.ALERT, "score: 2.0% null, 12.1% in training")


def test_a_few_nulls_more_do_not_alert() -> None:
    """From 2 % to 11 % null is within 0.10."""
    assert judge_column(column(nulls=20), column(nulls=110), 0.0, 0.0, POLICY).verdict is Verdict.OK


def test_few_rows_get_no_verdict() -> None:
    """199 rows of at least 200 are too few, even when they are null throughout."""
    found = judge_column(column(), column(rows=199, nulls=199), None, 0.0, POLICY)
    assert found == Judgement(Verdict.UNKNOWN, "score: 199 rows, too few for a verdict (at least 200)")
    assert judge_column(column(), column(rows=200), 0.0, 0.0, POLICY).verdict is Verdict.OK


def test_few_values_among_many_rows_get_no_verdict() -> None:
    """A column that is 90 % null, as it was in training, leaves 100 values of 1000 rows: too few for a PSI."""
    found = judge_column(column(nulls=900), column(nulls=900), 3.0, 0.1, POLICY)
    assert found.verdict is Verdict.UNKNOWN
    assert found.reason == "score: 90.0% null, 90.0% in training; 100 values, too few for a verdict (at least 200)"


def test_a_column_that_never_had_values_is_as_it_was() -> None:
    """All null in training and now is no drift."""
    found = judge_column(column(nulls=1000), column(nulls=1000), None, 0.0, POLICY)
    assert found == Judgement(Verdict.OK, "score: without values, as in training")


def test_the_worst_verdict_leaves_unknown_aside() -> None:
    """Unknown neither hides an alert nor spoils an ok; alone it stands."""
    assert worst([Verdict.OK, Verdict.ALERT, Verdict.UNKNOWN, Verdict.WARN]) is Verdict.ALERT
    assert worst([Verdict.OK, Verdict.WARN]) is Verdict.WARN
    assert worst([Verdict.UNKNOWN, Verdict.OK]) is Verdict.OK
    assert worst([Verdict.UNKNOWN]) is worst([]) is Verdict.UNKNOWN


def test_a_date_gives_the_reasons_of_its_worst_columns() -> None:
    """Up to three reasons are spelled out, the others counted; columns that only warn stay out."""
    alerts = [Judgement(Verdict.ALERT, f"a{number}") for number in range(5)]
    found = judge_date(1000, [Judgement(Verdict.WARN, "w"), *alerts], POLICY)
    assert found == Judgement(Verdict.ALERT, "a0; a1; a2; and 2 more")


def test_an_ordinary_date_counts_its_columns() -> None:
    """Columns without a verdict are not counted as ordinary."""
    columns = [Judgement(Verdict.OK, "x"), Judgement(Verdict.OK, "y"), Judgement(Verdict.UNKNOWN, "z")]
    assert judge_date(1000, columns, POLICY) == Judgement(Verdict.OK, "2 of 3 columns are like training")


def test_a_small_date_says_so_once() -> None:
    """The reason is about the date, not about its first columns."""
    columns = [Judgement(Verdict.UNKNOWN, "x"), Judgement(Verdict.UNKNOWN, "y")]
    assert judge_date(37, columns, POLICY) == Judgement(Verdict.UNKNOWN, "37 rows, too few for a verdict (at least 200)")


def test_a_date_without_columns_is_unknown() -> None:
    """Nothing compared, nothing known."""
    assert judge_date(1000, [], POLICY) == Judgement(Verdict.UNKNOWN, "no columns to compare")
