"""What demand scores: how many units each store will sell of each item. Data, no logic."""

from overnight.dates import DateRange
from overnight.spec import AuditPolicy, DriftPolicy, Label, Pipeline, Source, Task, Training

PIPELINE = Pipeline(
    description="Units that a store will sell of an item.",
    key=("store", "item"),
    task=Task.REGRESSION,
    population=Source("assortment"),
    history=(Source("sales", event_time="sold_at", look_back_days=1),),
    label=Label("units", source="sales"),
    training=Training(fit=DateRange.parse("2024-02-24", "2024-02-27"), evaluate=DateRange.parse("2024-02-28", "2024-02-28")),
    drift=DriftPolicy(min_rows=20),
    audit=AuditPolicy(score_range=(-10.0, 1000.0)),
)
