"""The quarantine keeps the rows of a date's own partitions that broke a rule, with the rules' names."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from overnight import catalog
from overnight.lake import sources
from overnight.lake.uris import Lake
from overnight.publishing.delta import DeltaLog
from overnight.runs.run import Run
from overnight.validation.gate import judge_inputs
from overnight.validation.quarantine import quarantine
from tests.house import generate
from tests.runs.runs import a_run

pytestmark = pytest.mark.spark

DAY = date(2024, 2, 29)
RULE = "expect_column_values_to_be_in_set(channel)"


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """A run of `tickets` in which two tickets of the date came by fax."""
    generate.land(tmp_path, ["tickets", "routed"])
    tickets = generate.tickets(DAY)
    generate.write(tmp_path, "tickets", DAY, [*({**row, "channel": "fax"} for row in tickets[:2]), *tickets[2:]])
    files = sources.list_inputs(Lake(str(tmp_path)), catalog.load("tickets"), [DAY])
    return replace(a_run(tmp_path), pipeline="tickets", inputs=files)


def kept(run: Run) -> list[dict]:
    table = DeltaLog.open(run.lake.table(run.pipeline, "quarantine"))
    assert table is not None
    return [row for file in table.files() for row in pq.read_table(file.uri, partitioning=None).to_pylist()]


def test_quarantined_rows_are_kept_with_their_rule(run: Run, spark):
    """Two of 90 tickets broke one rule: two rows are kept, as they were, with the rule, the run and the date."""
    pipeline = catalog.load("tickets")
    verdicts = judge_inputs(spark, run.lake, pipeline, run.inputs)
    assert verdicts["tickets"][DAY].quarantined == 2
    assert quarantine(spark, run, pipeline, "a1", DAY, verdicts) == {("tickets", RULE): 2}
    found = sorted(kept(run), key=lambda row: row["row"])
    assert [(row["target_date"], row["run_id"], row["source"], row["partition_date"], row["rules"]) for row in found] == [
        (DAY, run.run_id, "tickets", DAY, [RULE])
    ] * 2
    assert [json.loads(row["row"])["ticket_id"] for row in found] == ["240229-00", "240229-01"]
    assert {json.loads(row["row"])["channel"] for row in found} == {"fax"}


def test_a_second_attempt_replaces_the_first(run: Run, spark):
    """When validate is executed again, its rows are there once."""
    pipeline = catalog.load("tickets")
    verdicts = judge_inputs(spark, run.lake, pipeline, run.inputs)
    for attempt in ("a1", "a2"):
        quarantine(spark, run, pipeline, attempt, DAY, verdicts)
    assert len(kept(run)) == 2


def test_a_clean_date_leaves_no_quarantine(run: Run, spark):
    """Without a broken row nothing is written."""
    pipeline = catalog.load("tickets")
    generate.write(Path(run.lake.root), "tickets", DAY, generate.tickets(DAY))
    run = replace(run, inputs=sources.list_inputs(run.lake, pipeline, [DAY]))
    assert quarantine(spark, run, pipeline, "a1", DAY, judge_inputs(spark, run.lake, pipeline, run.inputs)) == {}
    assert DeltaLog.open(run.lake.table("tickets", "quarantine")) is None
