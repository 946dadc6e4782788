"""Specs that contradict themselves are refused when they are built, and partitions follow from them."""

from dataclasses import replace
from datetime import date, time

import pytest

from overnight.dates import DateRange
from overnight.errors import UsageError
from overnight.spec import UNDATED, CutOff, DriftPolicy, GatePolicy, Label, Pipeline, Source, Task, Training

PIPELINE = Pipeline(
    name="trips",
    description="Minutes that a trip will take.",
    key=("trip",),
    task=Task.REGRESSION,
    population=Source("planned"),
    history=(Source("finished", event_time="finished_at", look_back_days=3, required_days=2), Source("rain", look_back_days=1)),
    reference=(Source("drivers", dated=False),),
    label=Label("minutes", source="finished"),
    training=Training(fit=DateRange.parse("2024-01-01", "2024-01-31"), evaluate=DateRange.parse("2024-02-01", "2024-02-07")),
)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Source("two words"), "Source name 'two words' is not an identifier. Use letters"),
        (lambda: Source("../raw"), "Source name '../raw' is not an identifier"),
        (lambda: Source("rain", look_back_days=-1), "Source rain: look_back_days=-1 is negative"),
        (lambda: Source("rain", dated=False, look_back_days=2), "Source rain is undated and looks back 2 days"),
        (lambda: Source("rain", look_back_days=2, required_days=3), "required_days=3 exceeds look_back_days=2"),
        (lambda: CutOff(timezone="New York"), "Time zone 'New York' is unknown. Use an IANA name"),
        (lambda: CutOff(timezone="../UTC"), "Time zone '../UTC' is unknown"),
        (
            lambda: Training(
                fit=DateRange.parse("2024-01-01", "2024-01-31"), evaluate=DateRange.parse("2024-01-31", "2024-02-01")
            ),
            "begins before fitting",
        ),
        (lambda: GatePolicy(max_quarantined=1), "max_quarantined=1 is no share"),
        (lambda: GatePolicy(rows_within=(1.2, 2)), r"rows_within=\(1.2, 2\) excludes the usual count"),
        (lambda: DriftPolicy(warn_psi=0.3, alert_psi=0.2), "warn_psi=0.3, alert_psi=0.2"),
        (lambda: replace(PIPELINE, key=()), "The pipeline has no key"),
        (lambda: replace(PIPELINE, reference=(Source("rain"),)), r"Sources \['rain'\] are named twice"),
        (
            lambda: replace(PIPELINE, label=Label("minutes", source="arrived")),
            r"label's source 'arrived' is not among the sources \['planned', 'finished', 'rain', 'drivers'\]",
        ),
        (lambda: replace(PIPELINE, decision_threshold=0.5), "decision_threshold=0.5 on a regression pipeline"),
        (lambda: replace(PIPELINE, population=Source("planned", dated=False)), "The population 'planned' is undated"),
    ],
)
def test_a_contradiction_is_refused_when_it_is_built(build, message: str):
    """The message names the field and the value that cannot be."""
    with pytest.raises(UsageError, match=message):
        build()


def test_policies_are_given_by_name():
    """Arguments of a spec cannot be mixed up by position."""
    with pytest.raises(TypeError):
        GatePolicy(0.1)  # type: ignore[misc]


def test_history_lies_before_the_cut_off():
    """At midnight the latest readable partition is the day before; with a cut-off in the day it is the day itself."""
    finished = PIPELINE.source("finished")
    day = date(2024, 3, 1)
    assert list(PIPELINE.history_dates(finished, day)) == [date(2024, 2, 29), date(2024, 2, 28), date(2024, 2, 27)]
    at_noon = replace(PIPELINE, cut_off=CutOff(at=time(12)))
    assert list(at_noon.history_dates(finished, day)) == [day, date(2024, 2, 29), date(2024, 2, 28)]


def test_a_set_of_dates_reads_each_partition_once():
    """Look-backs that overlap share partitions; the population's are the target dates, an undated source has one."""
    days = [date(2024, 3, 2), date(2024, 3, 1), date(2024, 3, 2)]
    assert PIPELINE.partitions(PIPELINE.population, days) == [date(2024, 3, 1), date(2024, 3, 2)]
    assert PIPELINE.partitions(PIPELINE.source("finished"), days) == [
        date(2024, 2, 27),
        date(2024, 2, 28),
        date(2024, 2, 29),
        date(2024, 3, 1),
    ]
    assert PIPELINE.partitions(PIPELINE.source("drivers"), days) == [UNDATED]


def test_an_unknown_source_is_refused_with_those_there_are():
    """Asking for a source that the spec lacks lists its sources."""
    with pytest.raises(UsageError, match=r"trips has no source 'snow'. It has \['planned', 'finished', 'rain', 'drivers'\]"):
        PIPELINE.source("snow")
