"""The pages: in order, complete, and unmoved by what the data holds."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from overnight.monitoring.verdict import Verdict
from overnight.reports.content import DateReport, DateSummary, QuarantineReason, StageTiming
from overnight.reports.pages import date_page, index_page, link, split_partitions, tone_of
from tests.reports.examples import A_REASON, DAY, a_check, a_column, a_drift, a_partition, a_report, a_stopped_report
from tests.reports.html import read

HOSTILE = [
    "</script><script>alert(1)</script>",
    "{{7*7}}",
    "{% raw %}",
    "=cmd()",
    "a\x00b",
    "../../etc/passwd",
    "\u202eevil",
    '"><img src=x onerror=y>',
]


def of_text(text: str) -> DateReport:
    """A report that holds one text wherever data can bring text in."""
    column = a_column(text, kind="categorical", labels=(text, "other"), verdict=Verdict.ALERT, reason=f"{text}: PSI")
    check = a_check(text, expectation=text, severity=text, success=False, observed=text)
    return a_stopped_report(
        state="published",
        description=text,
        reason=text,
        run_id=text,
        model_name=text,
        model_version=text,
        model_digest=text,
        trained_on=text,
        metrics={text: 0.5},
        libraries={text: text},
        partitions=(a_partition(text, checks=(check,), problems=(text,)),),
        warnings=(text,),
        quarantine=(QuarantineReason(text, text, 3),),
        drift=a_drift(column, replace(column, role="score"), verdict=Verdict.ALERT, reason=text),
        stages=(StageTiming(text, text, 1.0),),
    )


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_shown_and_not_obeyed(text: str) -> None:
    """Markup, template syntax, formulas, paths, NUL and direction marks appear as plain, visible text."""
    markup = date_page(of_text(text))
    page = read(markup)
    shown = text.replace("\x00", r"\x00").replace("\u202e", r"\u202e")
    assert page.text.count(shown) > 10
    assert not {"script", "iframe", "object", "form"} & set(page.tags)
    assert "img" not in page.tags
    assert "\x00" not in markup
    assert "\u202e" not in markup


@settings(deadline=None, max_examples=30)
@given(st.text(st.characters(), min_size=1, max_size=20).filter(lambda text: text.strip() and not text.startswith("baseline_")))
def test_text_never_changes_the_structure(text: str) -> None:
    """Whatever the text, the page has the same elements with the same attributes' names as for a harmless word."""
    found, expected = read(date_page(of_text(text))), read(date_page(of_text("word")))
    assert found.tags == expected.tags
    assert [list(attributes) for _, attributes in found.elements] == [list(attributes) for _, attributes in expected.elements]


def test_a_megabyte_of_text_does_not_bury_the_page() -> None:
    """A 1 MB string in every place is cut short with an ellipsis: the page stays within 200 kB."""
    markup = date_page(of_text("x" * 1_000_000))
    assert len(markup) < 200_000
    assert "xxx…" in markup


@pytest.mark.parametrize(
    "markup", [date_page(a_report()), date_page(a_stopped_report()), index_page([a_report().summary()]), index_page([])]
)
def test_pages_fetch_nothing_and_run_nothing(markup: str) -> None:
    """No script, no event handler, no address outside the lake, and a policy that forbids all of them."""
    page = read(markup)
    assert "script" not in page.tags
    assert not [name for _, attributes in page.elements for name in attributes if name.startswith("on")]
    addresses = page.attributes("href", "src", "srcset", "action")
    assert all(
        address == "data:," or re.fullmatch(r"(\.\./\.\./index|\w+/\d{4}-\d\d-\d\d/index)\.html", address)
        for address in addresses
    )
    assert "url(" not in markup
    assert "@import" not in markup
    assert any("default-src 'none'" in content for content in page.attributes("content"))


def test_the_page_tells_its_story_in_order() -> None:
    """Headline, numbers, scores, features, quality, quarantine, volume, model, run details."""
    text = read(date_page(a_report(quarantine=(A_REASON,), rows_quarantined=6, rows_scored=731))).text
    headings = [
        "Published.",
        "What to do next",
        "Rows in",
        "Scores, then and now",
        "Drift per feature",
        "Data quality",
        "Quarantined rows by reason",
        "Published rows, last 30 dates",
        "Trained on",
        "Run details",
    ]
    positions = [text.index(heading) for heading in headings]
    assert positions == sorted(positions)


def test_the_page_is_a_function_of_the_report() -> None:
    """Rendered twice, the page is the same to the byte: it holds no clock and no random id."""
    assert date_page(a_report()) == date_page(a_report())


def test_a_stopped_page_leads_with_why() -> None:
    """The reason and what to do come before any number."""
    text = read(date_page(a_stopped_report())).text
    why, todo, numbers = (text.index(each) for each in ("failed (12).", "land it again", "Rows in"))
    assert why < todo < numbers
    assert "Not measured: this run did not get as far as scoring." in text


def test_every_check_is_on_the_page() -> None:
    """Failed and passed checks appear with what was observed, their severity and the result."""
    failed = a_check("dest", success=False, observed="5 of 737 rows")
    text = read(date_page(a_report(partitions=(a_partition(checks=(a_check(), failed)),)))).text
    assert "column values to be in set dest 5 of 737 rows warning ! failed" in text
    assert "column values to be in set origin 0 of 737 rows warning ✓ passed" in text


def test_older_partitions_that_passed_are_folded() -> None:
    """Of a look-back, the newest day and days with a failure are shown in full; the others in one fold per source."""
    days = [a_partition("arrivals", DAY - timedelta(days=back)) for back in range(1, 6)]
    days[2] = replace(days[2], checks=(a_check(success=False),))
    days[4] = replace(days[4], checks=(), problems=("arrivals/2013-06-29 is not there.",))
    shown, folded = split_partitions([a_partition(), *days, a_partition("planes", None)])
    assert [each.label for each in shown] == [
        "arrivals/2013-06-29",
        "schedules/2013-07-04",
        "arrivals/2013-07-03",
        "arrivals/2013-07-01",
        "planes",
    ]
    assert [each.label for each in folded] == ["arrivals/2013-07-02", "arrivals/2013-06-30"]
    assert "Two older partitions of arrivals passed every check" in read(date_page(a_report(partitions=(*days,)))).text


def test_the_model_stands_beside_its_baseline() -> None:
    """Each metric has one line with the model's value, the baseline's, and which way is up."""
    text = read(date_page(a_report())).text
    assert "ROC AUC 0.731 0.500 higher is better" in text
    assert "Log loss 0.471 0.560 lower is better" in text


def test_a_metric_without_baseline_has_a_dash() -> None:
    """What was not measured is not made up."""
    assert "Accuracy 0.900 \u2013 higher is better" in read(date_page(a_report(metrics={"accuracy": 0.9}))).text


@pytest.mark.parametrize(
    "changes",
    [
        {"drift": a_drift(a_column(psi=None, ks=None, js=None, out_of_range=None, now=(0.0, 0.0)))},
        {"drift": a_drift(a_column(labels=(), then=(), now=()))},
        {"partitions": (), "stages": (), "libraries": {}, "metrics": {}, "volume": ()},
        {"rows_in": 0, "rows_scored": 0},
        {"drift": None},
    ],
)
def test_missing_pieces_leave_a_whole_page(changes: dict[str, Any]) -> None:
    """Whatever a run could not measure, there is a page, and it never says None or nan."""
    text = read(date_page(a_report(**changes))).text
    assert not re.search(r"\b(None|nan|inf)\b", text)


def test_index_lists_dates_newest_first_per_pipeline() -> None:
    """Pipelines by name, and below each its dates from the newest back, with links relative to the index."""
    dates = [replace(a_report(), day=DAY - timedelta(days=back)).summary() for back in (2, 0, 1)]
    other = replace(a_report(), pipeline="bikes").summary()
    links = [address for address in read(index_page([*dates, other])).attributes("href") if "/" in address]
    table = [address for position, address in enumerate(links) if address not in links[:position]]
    assert table[0] == "bikes/2013-07-04/index.html"
    assert set(table[1:]) == {f"flight_delays/2013-07-0{day}/index.html" for day in (2, 3, 4)}
    assert links[-3:] == [f"flight_delays/2013-07-0{day}/index.html" for day in (4, 3, 2)]


def test_index_shows_nights_without_a_report() -> None:
    """A night between two reported ones that left nothing is a gap in the strip."""
    days = [replace(a_report(), day=day).summary() for day in (date(2013, 7, 4), date(2013, 7, 2))]
    page = read(index_page(days))
    strip = [(attributes["class"], attributes["title"]) for tag, attributes in page.elements if tag == "li"]
    assert strip == [
        ("ok", "2 July 2013: published, drift ok"),
        ("gap", "3 July 2013: no report"),
        ("ok", "4 July 2013: published, drift ok"),
    ]


def test_index_folds_all_but_thirty_dates() -> None:
    """The dates before the latest thirty are there, folded."""
    dates = [replace(a_report(), day=DAY - timedelta(days=back)).summary() for back in range(33)]
    page = read(index_page(dates))
    assert "Three older dates" in page.text
    assert "flight_delays/2013-06-02/index.html" in page.attributes("href")


@pytest.mark.parametrize("text", HOSTILE)
def test_index_shows_hostile_names_without_following_them(text: str) -> None:
    """A summary with a name that no pipeline can have is listed as text, without a link."""
    summary = DateSummary(
        pipeline=text, day=DAY, state=text, verdict=text, rows_scored=0, rows_quarantined=0, model_version=text, run_id=text
    )
    page = read(index_page([summary]))
    assert link(summary) is None
    assert page.attributes("href") == ["data:,"]
    assert "script" not in page.tags


@pytest.mark.parametrize(
    ("state", "verdict", "tone"),
    [("published", "ok", "ok"), ("published", "alert", "alert"), ("published", "", "unknown"), ("stopped", "unknown", "alert")],
)
def test_index_colours(state: str, verdict: str, tone: str) -> None:
    """A date without a publication is as loud as an alert; a published one as loud as its drift."""
    assert tone_of(replace(a_report().summary(), state=state, verdict=verdict)) == tone
