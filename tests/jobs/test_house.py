"""Every stage works for any pipeline: a regression and one with several classes, from training to the report."""

import shutil
from datetime import date

import pyarrow as pa
import pytest

from overnight.registry.models import Registry
from overnight.runs.run import ModelRef
from overnight.scoring import bundle
from overnight.stages import Stage
from tests.house import generate

from .nights import live, night, page, report, rows_of, same_for_any_run

pytestmark = pytest.mark.spark

DAY = date(2024, 2, 29)
ORIGIN = [
    pa.field("model_name", pa.string()),
    pa.field("model_version", pa.string()),
    pa.field("run_id", pa.string()),
    pa.field("scored_at", pa.timestamp("us", tz="UTC")),
]


def card_of(registry: str, pipeline: str) -> bundle.ModelCard:
    model: ModelRef = Registry(registry).champion(pipeline)
    return bundle.read_card(Registry(registry).fetch(model))


def test_a_regression_publishes_one_number_per_row(house, spark):
    """Numbers need no decision: `demand` publishes key, date, score and origin, and the scores are the known answers."""
    root, registry = house
    done = night("demand", [DAY], root, registry, spark)
    rows = rows_of(root, "demand", DAY, ("store", "item"))
    key = [pa.field("store", pa.string()), pa.field("item", pa.int64()), pa.field("target_date", pa.date32())]
    assert rows.schema.equals(pa.schema([*key, pa.field("score", pa.float64()), *ORIGIN]))
    expected = [generate.units(item, DAY) for _ in generate.STORES for item in generate.ITEMS]
    assert rows["score"].to_pylist() == pytest.approx(expected)
    assert (done.code, rows.num_rows, set(rows["run_id"].to_pylist())) == (0, 60, {done.run.run_id})


def test_several_classes_publish_a_decision_and_their_probabilities(house, spark):
    """`tickets` decides by the largest of three probabilities that sum to one; spam is excluded and accounted for."""
    root, registry = house
    done = night("tickets", [DAY], root, registry, spark)
    rows = rows_of(root, "tickets", DAY, ("ticket_id",))
    fields = [
        pa.field("ticket_id", pa.string()),
        pa.field("target_date", pa.date32()),
        pa.field("score", pa.float64()),
        pa.field("decision", pa.string()),
        pa.field("probabilities", pa.list_(pa.field("element", pa.float64()))),
    ]
    assert rows.schema.equals(pa.schema([*fields, *ORIGIN]))
    tickets = [row for row in generate.tickets(DAY) if not row["spam"]]
    assert rows["ticket_id"].to_pylist() == [row["ticket_id"] for row in tickets]
    assert rows["decision"].to_pylist() == [generate.queue(row["channel"], row["words"]) for row in tickets]
    classes = card_of(registry, "tickets").classes
    assert classes == ("billing", "outage", "sales")
    for row in rows.to_pylist():
        assert sum(row["probabilities"]) == pytest.approx(1)
        assert row["score"] == max(row["probabilities"]) == row["probabilities"][classes.index(row["decision"])]
    assert done.run.result_of(Stage.BUILD_FEATURES).facts_of(DAY) == {"rows_excluded": generate.SPAM_A_DAY}


@pytest.mark.parametrize(("pipeline", "rows"), [("demand", 60), ("tickets", 85)])
def test_every_pipeline_gets_a_report_with_drift(house, spark, pipeline, rows):
    """The report of any pipeline adds up its rows, names the stages, and watches features and scores for drift."""
    root, registry = house
    night(pipeline, [DAY], root, registry, spark)
    found = report(root, pipeline, DAY)
    assert found["state"] == "published"
    assert found["rows_in"] == rows + found["rows_excluded"]
    assert (found["rows_scored"], found["rows_quarantined"]) == (rows, 0)
    watched = {column["column"] for column in found["drift"]["columns"]}
    assert watched > {"score"}
    assert ("decision" in watched) == (pipeline == "tickets")
    assert pipeline in page(root, pipeline, DAY)


def test_metrics_of_training_fit_the_task(house_trained):
    """A regression is judged by its errors, several classes by log loss and accuracy, each beside a baseline."""
    _, registry = house_trained
    demand, tickets = card_of(registry, "demand"), card_of(registry, "tickets")
    names = {"mean_absolute_error", "root_mean_squared_error", "r2"}
    assert set(demand.metrics) == names | {f"baseline_{name}" for name in names}
    assert demand.metrics["mean_absolute_error"] == pytest.approx(0, abs=1e-9)
    assert demand.metrics["r2"] == pytest.approx(1)
    assert set(tickets.metrics) == {"log_loss", "accuracy", "baseline_log_loss", "baseline_accuracy"}
    assert tickets.metrics["accuracy"] == 1
    assert (demand.training_rows, tickets.training_rows) == (4 * 60, 4 * 85)
    assert (demand.classes, demand.calibration, tickets.calibration) == ((), (), ())


def test_an_empty_date_is_published_where_the_spec_allows_it(house, spark):
    """`tickets` allows days without a ticket: such a day is published with zero rows and a report."""
    root, registry = house
    generate.write(root, "tickets", DAY, [])
    done = night("tickets", [DAY], root, registry, spark)
    found = live(root, "tickets", DAY)
    assert (done.code, found.rows, found.files) == (0, 0, ())
    assert report(root, "tickets", DAY)["rows_scored"] == 0


def test_an_empty_date_stops_where_the_spec_does_not_allow_it(house, spark):
    """`demand` does not: the day stops with 65, and the reason says that the partition has no rows."""
    root, registry = house
    generate.write(root, "assortment", DAY, [])
    done = night("demand", [DAY], root, registry, spark)
    assert (done.code, live(root, "demand", DAY)) == (65, None)
    assert done.run.stops()[DAY].reason == f"assortment/{DAY} has no rows."
    assert "has no rows" in report(root, "demand", DAY)["reason"]


def test_a_set_of_dates_gives_the_rows_of_single_nights(house, spark, tmp_path):
    """Three dates in one run publish what three nights would, bit for bit, one version of each date."""
    root, registry = house
    alone = tmp_path / "alone"
    shutil.copytree(root / "raw", alone / "raw", copy_function=shutil.copy2)
    days = [date(2024, 2, 29), date(2024, 3, 1), date(2024, 3, 2)]
    night("demand", days, root, registry, spark)
    for day in days:
        night("demand", [day], alone, registry, spark)
        together, single = (rows_of(each, "demand", day, ("store", "item")) for each in (root, alone))
        assert same_for_any_run(together).equals(same_for_any_run(single))
