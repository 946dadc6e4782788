"""What tickets scores: which queue each ticket of a day belongs to. Data, no logic."""

from overnight.dates import DateRange
from overnight.spec import CutOff, DriftPolicy, GatePolicy, Label, Pipeline, Source, Task, Training

PIPELINE = Pipeline(
    description="The queue that a ticket belongs to.",
    key=("ticket_id",),
    task=Task.MULTICLASS,
    population=Source("tickets"),
    history=(Source("routed", event_time="closed_at", look_back_days=2),),
    cut_off=CutOff(timezone="Asia/Tokyo"),
    label=Label("queue", source="routed"),
    training=Training(fit=DateRange.parse("2024-02-24", "2024-02-27"), evaluate=DateRange.parse("2024-02-28", "2024-02-28")),
    gate=GatePolicy(allow_empty=True),
    drift=DriftPolicy(min_rows=20),
)
