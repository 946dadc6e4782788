"""What Airflow sees when it reads the DAG folder."""

import json
import subprocess
import sys

import pytest
from airflow.dag_processing.dagbag import BundleDagBag
from airflow.serialization.serialized_objects import DagSerialization

from overnight import catalog
from overnight.orchestration.pools import NIGHTLY
from overnight.settings import ROOT

HEAVY = ("pyspark", "pandas", "sklearn", "great_expectations", "mlflow", "pyarrow", "deltalake")

PARSE = f"""
import json, sys, time
import airflow.sdk, airflow.triggers.base, airflow.providers.standard.operators.bash
started = time.process_time()
import dags.nightly, dags.training
seconds = time.process_time() - started
print(json.dumps([seconds, [name for name in {HEAVY!r} if name in sys.modules]]))
"""


@pytest.fixture(scope="module")
def bag():
    """The DAG folder as Airflow's own loader reads it."""
    path = list(sys.path)
    yield BundleDagBag(dag_folder=ROOT / "dags", bundle_path=ROOT / "dags", bundle_name="dags-folder", known_pools={NIGHTLY})
    sys.path[:] = path


def test_every_pipeline_has_both_dags(bag):
    """The folder parses without errors or warnings into a nightly and a training DAG for each pipeline."""
    assert bag.import_errors == {}
    assert not bag.dag_warnings
    assert set(bag.dags) == {f"{kind}_{name}" for kind in ("nightly", "training") for name in catalog.names()}


def test_dags_survive_serialization(bag):
    """What the scheduler reads back has the same tasks, edges and pools as what was written."""
    for dag in bag.dags.values():
        read = DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(dag))))
        assert edges(read) == edges(dag)
        assert all(task.has_retry_policy for task in read.tasks)
        assert {task.pool for task in read.tasks} == {NIGHTLY}


def test_schedule_survives_serialization(bag):
    """`flight_delays` is scheduled at midnight of New York for the day that begins, as its spec says."""
    read = DagSerialization.from_dict(json.loads(json.dumps(DagSerialization.to_dict(bag.dags["nightly_flight_delays"]))))
    schedule = read.timetable.serialize()
    assert (schedule["expression"], schedule["timezone"]) == ("0 0 * * *", "America/New_York")
    assert (schedule["run_offset"], schedule["key_format"]) == (0, "%Y-%m-%d")


def edges(dag):
    """Each task's downstream tasks."""
    return {task.task_id: sorted(task.downstream_task_ids) for task in dag.tasks}


def test_parsing_is_light():
    """Reading the DAGs costs under half a second of processor time and imports nothing that moves data."""
    done = subprocess.run([sys.executable, "-c", PARSE], cwd=ROOT, capture_output=True, text=True, check=True)
    seconds, heavy = json.loads(done.stdout.splitlines()[-1])
    assert heavy == []
    assert seconds < 0.5
