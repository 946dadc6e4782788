"""Small pipelines for tests of orchestration."""

from datetime import timedelta

from overnight.dates import DateRange
from overnight.spec import CutOff, Label, Pipeline, Schedule, Source, Task, Training


def pipeline(*, run_after_days: int = 0, required_days: int = 2, timezone: str = "America/New_York") -> Pipeline:
    """One population, one history of five days, one undated reference; input is due six hours after midnight."""
    return Pipeline(
        name="sample",
        description="A sample.",
        key=("id",),
        task=Task.BINARY,
        population=Source("orders"),
        history=(Source("returns", event_time="at", look_back_days=5, required_days=required_days),),
        reference=(Source("shops", dated=False),),
        cut_off=CutOff(timezone=timezone),
        label=Label("returned", source="returns"),
        training=Training(fit=DateRange.parse("2013-01-01", "2013-01-31"), evaluate=DateRange.parse("2013-02-01", "2013-02-28")),
        schedule=Schedule(run_after_days=run_after_days, input_deadline=timedelta(hours=6)),
        owner="the owner",
    )
