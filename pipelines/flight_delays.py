"""What flight_delays scores, from what, known when, how strictly. Data, no logic."""

from datetime import time, timedelta

from overnight.dates import DateRange
from overnight.spec import AuditPolicy, CutOff, DriftPolicy, GatePolicy, Label, Pipeline, Schedule, Source, Task, Training

PIPELINE = Pipeline(
    description="Probability that a flight scheduled out of New York arrives more than 15 minutes late.",
    key=("carrier", "flight", "origin"),
    task=Task.BINARY,
    population=Source("schedules"),
    history=(
        Source("arrivals", event_time="recorded_at", look_back_days=28),
        Source("weather", event_time="observed_at", look_back_days=1),
    ),
    reference=(Source("planes", dated=False),),
    cut_off=CutOff(at=time(0), timezone="America/New_York"),
    label=Label("is_late", source="arrivals", known_after_days=1),
    training=Training(fit=DateRange.parse("2013-02-01", "2013-05-31"), evaluate=DateRange.parse("2013-06-01", "2013-06-30")),
    decision_threshold=0.5,
    schedule=Schedule(run_after_days=0, input_deadline=timedelta(hours=6)),
    gate=GatePolicy(max_quarantined=0.10, rows_within=(0.5, 2.0)),
    drift=DriftPolicy(min_rows=200, warn_psi=0.10, alert_psi=0.25),
    audit=AuditPolicy(score_range=(0.0, 1.0)),
)
