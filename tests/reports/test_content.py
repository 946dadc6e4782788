"""What a page shows, as JSON and as a line of the index."""

import json
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from overnight.monitoring.verdict import Verdict
from overnight.reports.content import DateSummary
from tests.reports.examples import a_column, a_drift, a_report, a_stopped_report

SUMMARIES = st.builds(
    DateSummary,
    pipeline=st.text(),
    day=st.dates(),
    state=st.sampled_from(["published", "stopped", "failed"]),
    verdict=st.sampled_from([str(verdict) for verdict in Verdict]),
    rows_scored=st.integers(0),
    rows_quarantined=st.integers(0),
    model_version=st.text(),
    run_id=st.text(),
)


@given(SUMMARIES)
def test_summary_survives_json(summary: DateSummary) -> None:
    """A summary read back from its JSON text equals the one that was written."""
    assert DateSummary.from_json(json.loads(json.dumps(summary.as_json()))) == summary


def test_summary_ignores_what_it_does_not_know() -> None:
    """A summary that a newer version wrote with more fields can still be listed."""
    summary = a_report().summary()
    assert DateSummary.from_json({**summary.as_json(), "mood": "sunny"}) == summary


def test_summary_of_half_a_file() -> None:
    """A summary without its run is no summary."""
    found = a_report().summary().as_json()
    del found["run_id"]
    with pytest.raises(KeyError, match="run_id"):
        DateSummary.from_json(found)


def test_summary_says_what_became_of_the_date() -> None:
    """The index line of a published date carries its drift verdict, that of a stopped one none."""
    published = a_report(drift=a_drift(verdict=Verdict.WARN)).summary()
    assert (published.day, published.state, published.verdict, published.rows_scored) == (
        date(2013, 7, 4),
        "published",
        "warn",
        737,
    )
    assert (a_stopped_report().summary().state, a_stopped_report().summary().verdict) == ("stopped", "unknown")


def test_report_is_strict_json() -> None:
    """NaN and infinities, which JSON does not know, become null; dates and verdicts become text."""
    column = a_column(psi=float("nan"), ks=float("inf"), verdict=Verdict.UNKNOWN)
    report = replace(a_report(drift=a_drift(column)), metrics={"roc_auc": float("nan")})
    found = json.loads(json.dumps(report.as_json(), allow_nan=False))
    assert found["day"] == "2013-07-04"
    assert found["opened_at"] == "2013-07-04T05:00:12+00:00"
    assert found["metrics"] == {"roc_auc": None}
    assert [found["drift"]["columns"][0][name] for name in ("psi", "ks", "verdict")] == [None, None, "unknown"]
    assert found["volume"] == [["2013-07-03", 985], ["2013-07-04", 737]]
