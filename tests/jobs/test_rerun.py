"""Running a date again: what is current stays, force gives the same rows, and a cleared stage continues as a new run."""

from datetime import date

import pytest

from jobs.open_run import open_run
from overnight.lake.uris import Lake
from overnight.publishing import history
from overnight.publishing.table import Action
from overnight.registry.models import Registry
from overnight.runs.process import execute
from overnight.runs.run import Run
from overnight.stages import Stage
from tests.house import generate

from .nights import live, night, predictions_log, rows_of, same_for_any_run

pytestmark = pytest.mark.spark

DAY, KEY = date(2024, 2, 29), ("store", "item")


def publishers(root, day=DAY) -> list[str]:
    """The runs that published a date, newest first."""
    log = predictions_log(root, "demand")
    return [commit.run_id for commit in history.commits(log, day) if commit.action == Action.PUBLISH]


def test_a_published_date_is_current(house, spark):
    """A second run of a date opens nothing: no claim, no commit, and it names the run that published the date."""
    root, registry = house
    first = night("demand", [DAY], root, registry, spark).run
    version = predictions_log(root, "demand").version
    again = open_run("demand", [DAY], Lake(str(root)), Registry(registry))
    assert (again.run, again.current) == (None, {DAY: first.run_id})
    assert predictions_log(root, "demand").version == version


def test_forcing_a_current_date_gives_the_same_rows(house, spark):
    """`--force` scores again: the same rows to the bit, one live version, and both runs in the history."""
    root, registry = house
    first = night("demand", [DAY], root, registry, spark).run
    before = rows_of(root, "demand", DAY, KEY)
    second = night("demand", [DAY], root, registry, spark, force=True).run
    after = rows_of(root, "demand", DAY, KEY)
    assert same_for_any_run(before).equals(same_for_any_run(after))
    assert set(after["run_id"].to_pylist()) == {second.run_id} != {first.run_id}
    assert [found.day for found in history.published(predictions_log(root, "demand"))] == [DAY]
    assert publishers(root) == [second.run_id, first.run_id]


def test_new_input_makes_only_the_dates_that_read_it_stale(house, spark):
    """Landing sales of 1 March again makes 2 March stale, which looks back one day, and not 1 March itself."""
    root, registry = house
    days = [date(2024, 3, 1), date(2024, 3, 2)]
    night("demand", days, root, registry, spark)
    generate.write(root, "sales", days[0], generate.sales(days[0])[:-1])
    opened = open_run("demand", days, Lake(str(root)), Registry(registry))
    assert (opened.run.dates, list(opened.current)) == ((days[1],), [days[0]])


def test_clearing_score_after_publish_publishes_new_scores(house, spark):
    """`score` of a published run continues as a new run; publishing by the old run's URI makes the new scores live."""
    root, registry = house
    old = night("demand", [DAY], root, registry, spark).run
    scored = execute(Stage.SCORE, Run.load(old.uri), spark)
    assert scored.run_id != old.run_id
    assert live(root, "demand", DAY).run_id == old.run_id
    published = execute(Stage.PUBLISH, Run.load(old.uri), None)
    execute(Stage.REPORT_DRIFT, Run.load(old.uri), None)
    assert published.run_id == scored.run_id == live(root, "demand", DAY).run_id
    assert set(rows_of(root, "demand", DAY, KEY)["run_id"].to_pylist()) == {scored.run_id}
    assert publishers(root) == [scored.run_id, old.run_id]
    assert (scored.reopens, Run.read(old.uri).run_id) == (old.run_id, old.run_id)


def test_clearing_publish_alone_changes_nothing(house, spark):
    """`publish` of a published run finds that it is done: the table's version stays."""
    root, registry = house
    run = night("demand", [DAY], root, registry, spark).run
    version = predictions_log(root, "demand").version
    again = execute(Stage.PUBLISH, Run.load(run.uri), None)
    assert (again.run_id, again.result_of(Stage.PUBLISH).stopped) == (run.run_id, {})
    assert predictions_log(root, "demand").version == version


def test_a_newer_run_fences_off_an_older_one(house, spark):
    """A run that publishes after a newer one was opened is refused with 73, which names the newer run."""
    root, registry = house
    older = open_run("demand", [DAY], Lake(str(root)), Registry(registry)).run
    for stage in (Stage.VALIDATE, Stage.BUILD_FEATURES, Stage.SCORE):
        execute(stage, older, spark)
    newer = open_run("demand", [DAY], Lake(str(root)), Registry(registry)).run
    stop = execute(Stage.PUBLISH, older, None).result_of(Stage.PUBLISH).stopped[DAY]
    assert (stop.code, newer.run_id in stop.reason) == (73, True)
    assert live(root, "demand", DAY) is None
