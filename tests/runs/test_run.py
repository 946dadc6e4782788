"""run.json: written once, read by every stage, and the way from a published run to the one that continues it."""

import json
from pathlib import Path

import pytest

from overnight.runs.attempt import new_attempt
from overnight.runs.result import DataFile, StageResult, Stop
from overnight.runs.run import Run, new_run_id
from overnight.stages import Stage

from .runs import JULY_3, JULY_4, a_run

FILE = DataFile(JULY_4, "/runs/part-0.parquet", 12, 3456, "abc")


def save_result(run: Run, stage: Stage, **fields: object) -> StageResult:
    """Record a stage's result as its process does."""
    from overnight.lake import storage

    result = StageResult(stage=stage, attempt="a1", **fields)
    storage.write_json(run.lake.result(run.pipeline, run.run_id, stage), result.as_json())
    return result


def test_a_manifest_survives_its_round_trip(tmp_path: Path):
    """A stage reads the very run that was opened, nanoseconds of files included, from its URI alone."""
    run = a_run(tmp_path)
    run.save()
    assert run.uri == f"{tmp_path}/runs/flight_delays/20130704T050012Z-9f31c2aa/run.json"
    assert Run.load(run.uri) == run
    assert (run.dates, run.claim(JULY_3).token) == ((JULY_3, JULY_4), 7)


def test_a_manifest_is_plain_json(tmp_path: Path):
    """People can read run.json: dates, claims and the model stand there in plain words."""
    run = a_run(tmp_path)
    run.save()
    found = json.loads(Path(run.uri).read_text())
    assert found["model"]["version"] == "3"
    assert [(claim["day"], claim["token"]) for claim in found["claims"]] == [("2013-07-03", 7), ("2013-07-04", 1)]
    assert found["inputs"]["schedules"]["2013-07-04"] == []


def test_a_missing_manifest_is_an_error(tmp_path: Path):
    """A stage that is given a wrong URI fails at once."""
    with pytest.raises(FileNotFoundError):
        Run.load(str(tmp_path / "run.json"))


def test_the_old_uri_leads_to_the_reopened_run(tmp_path: Path):
    """A scheduler that keeps handing out the first run's URI gets the latest of the runs that continue it."""
    first = a_run(tmp_path)
    first.save()
    second = first.reopened("20130705T000000Z-00000002", {JULY_3: 8, JULY_4: 2})
    third = second.reopened("20130706T000000Z-00000003", {JULY_3: 9, JULY_4: 3})
    assert Run.load(first.uri) == Run.load(second.uri) == Run.load(third.uri) == third
    assert Run.read(first.uri) == first
    assert (third.reopens, [claim.token for claim in third.claims]) == (second.run_id, [9, 3])
    assert (third.inputs, third.model, third.dates) == (first.inputs, first.model, first.dates)
    assert third.opened_at > first.opened_at


def test_a_reopened_run_knows_what_was_done_before_publishing(tmp_path: Path):
    """The results of validate, build_features and score go along; that of publish does not, since it is to come."""
    first = a_run(tmp_path)
    first.save()
    results = {stage: save_result(first, stage, files=(FILE,)) for stage in Stage}
    again = first.reopened("20130705T000000Z-00000002", {JULY_3: 8, JULY_4: 2})
    for stage in (Stage.VALIDATE, Stage.BUILD_FEATURES, Stage.SCORE):
        assert again.result(stage) == results[stage]
    assert again.result(Stage.PUBLISH) is None


def test_a_stopped_date_goes_no_further(tmp_path: Path):
    """Later stages see the dates that every earlier stage let through; the run remembers why the others stopped."""
    run = a_run(tmp_path)
    stop = Stop("schedules/2013-07-03 is not there.", 65)
    save_result(run, Stage.VALIDATE, stopped={JULY_3: stop})
    assert run.live_dates(Stage.VALIDATE) == (JULY_3, JULY_4)
    assert run.live_dates(Stage.BUILD_FEATURES) == (JULY_4,)
    assert run.stops() == {JULY_3: stop}


def test_a_stage_asks_for_the_one_before_it(tmp_path: Path):
    """Without the result of an earlier stage a later one names it instead of scoring nothing."""
    run = a_run(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"has no result of validate\. Run that stage first"):
        run.live_dates(Stage.SCORE)


def test_a_result_survives_its_round_trip(tmp_path: Path):
    """What a stage says is read back as it was said."""
    result = StageResult(
        stage=Stage.SCORE,
        attempt="a1",
        folder="/runs/score/a1",
        files=(FILE,),
        stopped={JULY_3: Stop("why", 70)},
        facts={"2013-07-04": {"rows": 12}},
        seconds=1.5,
    )
    assert StageResult.from_json(json.loads(json.dumps(result.as_json()))) == result
    assert (result.rows_of(JULY_4), result.files_of(JULY_3)) == (12, ())
    assert (result.facts_of(JULY_4), result.facts_of(JULY_3)) == ({"rows": 12}, {})


def test_names_are_fresh():
    """Two runs opened in one second, and two attempts, never share a name; run ids sort by time."""
    assert len({new_run_id() for _ in range(200)}) == len({new_attempt() for _ in range(200)}) == 200
    assert new_run_id()[:4] >= "2024"
