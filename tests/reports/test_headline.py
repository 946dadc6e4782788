"""What the page says first."""

from datetime import date

from overnight.monitoring.verdict import Verdict
from overnight.reports.headline import Tone, blocking, by_gravity, headline, latest
from tests.reports.examples import A_REASON, a_check, a_column, a_drift, a_partition, a_report, a_stopped_report


def test_a_clean_date_leaves_nothing_to_do() -> None:
    """Published, no drift, no quarantine, no warning: nothing stands out and there is no next step."""
    said = headline(a_report())
    assert (said.tone, said.title, said.steps) == (Tone.OK, "Published, and nothing stands out.", ())
    assert said.meaning == "737 of 737 rows were scored with model version 3 and are what readers see."


def test_an_alert_names_the_worst_features() -> None:
    """Features on alert are counted in the title, and named in the first step with the most unusual first."""
    drift = a_drift(
        a_column("score", role="score"),
        a_column("small", verdict=Verdict.ALERT, psi=0.3),
        a_column("large", verdict=Verdict.ALERT, psi=0.9),
        a_column("watched", verdict=Verdict.WARN, psi=0.2),
        verdict=Verdict.ALERT,
    )
    said = headline(a_report(drift=drift))
    assert (said.tone, said.title) == (Tone.ALERT, "Published, but two features have drifted away from training.")
    assert said.steps[0].startswith("Find out what changed in large and small.")
    assert said.steps[1].startswith("Keep an eye on watched")


def test_drifted_scores_outrank_features() -> None:
    """When the scores themselves are on alert, the title speaks of them."""
    drift = a_drift(
        a_column("score", role="score", verdict=Verdict.ALERT), a_column(verdict=Verdict.ALERT), verdict=Verdict.ALERT
    )
    assert headline(a_report(drift=drift)).title == "Published, but the scores have drifted away from training."


def test_quarantine_warnings_and_reported_checks_deserve_a_look() -> None:
    """Each is one thing to look at, with what to do about it."""
    weather = a_partition("weather", date(2013, 7, 3), checks=(a_check("pressure", severity="info", success=False),))
    said = headline(
        a_report(
            rows_quarantined=6,
            rows_scored=731,
            quarantine=(A_REASON,),
            warnings=("arrivals/2013-06-12 is not there.",),
            partitions=(a_partition(), weather),
        )
    )
    assert (said.tone, said.title) == (Tone.WARN, "Published. Three things deserve a look.")
    assert said.steps[0].startswith("Six rows (0.8%) are in quarantine and got no score. Tell the owner of schedules")
    assert said.steps[2] == "One check failed without consequence: column values to be in set (pressure) in weather/2013-07-03."


def test_too_few_rows_to_judge_is_said() -> None:
    """A date too small for a verdict is not called fine."""
    drift = a_drift(verdict=Verdict.UNKNOWN, reason="120 rows, too few for a verdict (at least 200)")
    said = headline(a_report(drift=drift))
    assert said.title == "Published. One thing deserves a look."
    assert said.steps == ("Drift could not be judged: 120 rows, too few for a verdict (at least 200)",)


def test_a_stop_names_the_partition_to_correct() -> None:
    """A stopped date leads with that nothing was published, and names what to land again."""
    said = headline(a_stopped_report())
    assert (said.tone, said.title) == (Tone.ALERT, "Stopped. Nothing was published for 4 July 2013.")
    assert said.steps[0].startswith("Correct schedules/2013-07-04 at its source and land it again")
    assert "retrying alone does not help" in said.steps[1]


def test_unusable_look_back_does_not_get_the_blame() -> None:
    """Only partitions that the reason names have to be corrected; others were merely left out."""
    stopped = a_stopped_report()
    other = a_partition("arrivals", date(2013, 6, 12), problems=("arrivals/2013-06-12 is not there.",))
    report = a_stopped_report(partitions=(*stopped.partitions, other))
    assert [partition.source for partition in blocking(report)] == ["schedules"]


def test_a_stop_for_another_reason_points_at_the_reason() -> None:
    """A stop that no partition explains, such as a refused score, still says what to do."""
    said = headline(a_stopped_report(reason="The scores are constant.", partitions=(a_partition(),)))
    assert said.steps == ("Settle the reason above, then run the date again. With the same data and model it stops again.",)


def test_a_failure_needs_no_cleaning_up() -> None:
    """A failed run says that the old version stands and that a plain retry is enough."""
    said = headline(a_report(state="failed", reason="Disk full.", drift=None, rows_scored=0))
    assert said.title == "Failed. Nothing was published for 4 July 2013."
    assert "readers still see it, unchanged" in said.meaning
    assert "Nothing needs to be cleaned up by hand" in said.steps[1]


def test_gravity_comes_before_size() -> None:
    """An alert precedes a warning, unknown and ok, whatever their PSI; among alerts the excess over the usual decides."""
    columns = [
        a_column("ok", psi=9.0),
        a_column("unknown", psi=None, verdict=Verdict.UNKNOWN),
        a_column("warn", psi=0.2, verdict=Verdict.WARN),
        a_column("usual", psi=8.0, usual_psi=7.9, verdict=Verdict.ALERT),
        a_column("unusual", psi=0.5, usual_psi=0.1, verdict=Verdict.ALERT),
    ]
    assert [column.column for column in by_gravity(columns)] == ["unusual", "usual", "warn", "unknown", "ok"]


def test_latest_takes_the_newest_of_each_source() -> None:
    """Of a look-back only the last day counts as latest; an undated source is always."""
    planes, old, new = (
        a_partition("planes", None),
        a_partition("arrivals", date(2013, 7, 2)),
        a_partition("arrivals", date(2013, 7, 3)),
    )
    assert latest((old, new, planes)) == [new, planes]
