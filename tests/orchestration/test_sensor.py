"""Waiting for a date's input."""

import asyncio
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from airflow.sdk.exceptions import TaskDeferred
from hypothesis import given
from hypothesis import strategies as st

from overnight import catalog
from overnight.errors import MissingInput, UsageError
from overnight.lake.uris import Lake
from overnight.orchestration import sensor
from overnight.orchestration.sensor import InputTrigger, WaitForInput, guarded_date, input_deadline, missing_partitions
from overnight.settings import ROOT
from tests.orchestration.pipelines import pipeline

DAY = date(2013, 7, 4)
NEEDED = ("orders/2013-07-04", "returns/2013-07-03", "returns/2013-07-02")


@pytest.fixture
def lake(tmp_path, monkeypatch):
    """An empty lake that the sensor finds, and a catalog with the sample pipeline in it."""
    monkeypatch.setenv("OVERNIGHT_LAKE", str(tmp_path))
    monkeypatch.setattr(catalog, "load", lambda name: pipeline())
    return Lake(str(tmp_path))


def land(lake, *partitions, name="part-0.parquet"):
    """Put a file into each partition."""
    for partition in partitions:
        folder = Path(lake.root, "raw", partition)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()


def clock(monkeypatch, now):
    """Let the sensor believe that it is `now`."""

    class Clock(datetime):
        @classmethod
        def now(cls, tz=None):
            return now

    monkeypatch.setattr(sensor, "datetime", Clock)


def wait(text="2013-07-04"):
    return WaitForInput(task_id="wait_for_input", pipeline="sample", target_date=text)


def test_missing_names_population_and_required_history(lake):
    """Of five days of look-back only the two required ones are waited for; the undated reference is not."""
    assert missing_partitions(pipeline(), lake, DAY) == {name: f"{lake.root}/raw/{name}" for name in NEEDED}


def test_files_that_are_not_parquet_do_not_count(lake):
    """A partition with only a marker or a hidden file is still missing."""
    land(lake, *NEEDED, name="_SUCCESS")
    land(lake, *NEEDED, name=".part-0.parquet")
    assert tuple(missing_partitions(pipeline(), lake, DAY)) == NEEDED


def test_present_input_does_not_defer(lake):
    """With everything landed the sensor succeeds at once, without a trigger."""
    land(lake, *NEEDED)
    assert wait().execute({}) is None


def test_absent_input_defers_until_the_deadline(lake, monkeypatch):
    """Before the deadline the sensor hands over to a trigger that knows date, lake and deadline."""
    clock(monkeypatch, datetime(2013, 7, 4, 9, 59, tzinfo=UTC))
    land(lake, *NEEDED[1:])
    with pytest.raises(TaskDeferred) as deferred:
        wait().execute({})
    path, arguments = deferred.value.trigger.serialize()
    assert path == "overnight.orchestration.sensor.InputTrigger"
    assert arguments == {
        "pipeline": "sample",
        "target_date": "2013-07-04",
        "lake": lake.root,
        "deadline": "2013-07-04T10:00:00+00:00",
        "poll_seconds": 60.0,
    }
    assert deferred.value.method_name == "resume"


def test_past_the_deadline_the_missing_partitions_are_named(lake, monkeypatch):
    """At the deadline the sensor fails with the missing partitions, their folders and the next step."""
    clock(monkeypatch, datetime(2013, 7, 4, 10, 0, tzinfo=UTC))
    land(lake, NEEDED[0], NEEDED[2])
    with pytest.raises(MissingInput) as error:
        wait().execute({})
    assert str(error.value) == (
        "sample 2013-07-04: no Parquet files in 1 required partition(s): "
        f"returns/2013-07-03 ({lake.root}/raw/returns/2013-07-03). "
        "They were due by 2013-07-04 10:00 UTC. Land them and clear wait_for_input."
    )


def test_resume_fails_with_what_the_trigger_missed(lake):
    """An event with missing partitions becomes the same error; one without lets the run go on."""
    with pytest.raises(MissingInput, match="orders/2013-07-04"):
        wait().resume({}, {"missing": {"orders/2013-07-04": "folder"}})
    assert wait().resume({}, {"missing": {}}) is None


def test_long_lists_are_cut(lake):
    """An error names ten partitions and counts the others."""
    with pytest.raises(MissingInput, match=r"in 12 required partition\(s\).* and 2 more\."):
        wait().resume({}, {"missing": {f"orders/{number}": "folder" for number in range(12)}})


async def first_event(trigger):
    async for event in trigger.run():
        return event.payload
    return None


def test_trigger_fires_when_input_arrives(lake):
    """The trigger keeps looking, and fires with nothing missing once the last partition has landed."""
    land(lake, *NEEDED[1:])
    trigger = InputTrigger("sample", "2013-07-04", lake.root, (datetime.now(UTC) + timedelta(minutes=1)).isoformat(), 0.01)

    async def arrive():
        event = asyncio.ensure_future(first_event(trigger))
        await asyncio.sleep(0.05)
        assert not event.done()
        land(lake, NEEDED[0])
        return await asyncio.wait_for(event, 10)

    assert asyncio.run(arrive()) == {"missing": {}}


def test_trigger_gives_up_at_the_deadline(lake):
    """At the deadline the trigger reports what is missing instead of waiting for its next look."""
    land(lake, *NEEDED[:2])
    trigger = InputTrigger("sample", "2013-07-04", lake.root, (datetime.now(UTC) + timedelta(seconds=0.05)).isoformat(), 3600)
    assert asyncio.run(asyncio.wait_for(first_event(trigger), 10)) == {"missing": {NEEDED[2]: f"{lake.root}/raw/{NEEDED[2]}"}}


def test_trigger_rebuilds_from_its_serialized_form(lake):
    """What the triggerer rebuilds equals what the sensor built."""
    _, arguments = InputTrigger("sample", "2013-07-04", "/lake", "2013-07-04T10:00:00+00:00").serialize()
    assert InputTrigger(**arguments).serialize()[1] == arguments


@pytest.mark.parametrize(
    ("after", "deadline"),
    [(0, datetime(2013, 7, 4, 10, tzinfo=UTC)), (1, datetime(2013, 7, 5, 10, tzinfo=UTC))],
)
def test_deadline_counts_from_the_scheduled_start(after, deadline):
    """Six hours after midnight of New York, in summer 10:00 UTC, of the date or of the day after."""
    assert input_deadline(pipeline(run_after_days=after), DAY) == deadline


def test_run_without_key_fails_clearly():
    """A run without a partition key says that it names no date and how to name one."""
    with pytest.raises(UsageError, match=r"has no partition key, so it names no target date\. Trigger it with one"):
        wait("").execute({})


HOSTILE = [
    "2013-7-4",
    "2013-02-30",
    "20130704",
    "2013-07-04T00:00:00",
    "2013-07-04\n",
    "2013-07-04; touch /tmp/owned",
    "$(touch /tmp/owned)",
    "`id`",
    "{{ 7 * 7 }}",
    "../../etc",
    "--force",
    "None",
    "today",
    "2013-07-04\x00",
]


@pytest.mark.parametrize("key", HOSTILE)
def test_hostile_keys_are_refused(key):
    """A key that is not exactly one calendar date stops in the first task."""
    with pytest.raises(UsageError):
        wait(key).execute({})


@given(st.text())
def test_only_dates_pass_the_guard(text):
    """Whatever passes the guard is written exactly as the date it was read as."""
    with suppress(UsageError):
        assert guarded_date(text).isoformat() == text


@given(st.dates())
def test_dates_pass_the_guard(day):
    """Every date in ISO form passes."""
    assert guarded_date(day.isoformat()) == day


def test_importing_the_sensor_imports_no_pyarrow():
    """Parsing a DAG must not cost the import of pyarrow."""
    code = "import sys, overnight.orchestration.sensor; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
