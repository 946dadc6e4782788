"""What the DAGs of a pipeline consist of."""

import os
import subprocess
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path

import pendulum
import pytest
from airflow.providers.apache.spark.operators.spark_submit import SparkSubmitOperator
from airflow.sdk import Asset
from airflow.serialization.encoders import coerce_to_core_timetable
from airflow.timetables.base import TimeRestriction
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from overnight.errors import ConfigurationError, ExitCode
from overnight.orchestration import tasks
from overnight.orchestration.callbacks import log_failure
from overnight.orchestration.nightly import nightly
from overnight.orchestration.pools import NIGHTLY
from overnight.orchestration.retry import ExitCodePolicy
from overnight.orchestration.training import training
from overnight.settings import ROOT
from overnight.stages import Stage
from tests.orchestration.pipelines import pipeline

ORDER = ["wait_for_input", "open_run", "validate", "build_features", "score", "publish", "report_drift"]


def test_tasks_are_the_stages_in_order():
    """After the wait and `open_run` come the five stages under their own names, one after the other."""
    dag = nightly(pipeline())
    assert [task.task_id for task in dag.topological_sort()] == ORDER
    assert ORDER[2:] == [stage.value for stage in Stage]
    # XCom arguments add edges from open_run to the later stages; the chain itself must hold without them.
    assert all(later in dag.get_task(earlier).downstream_task_ids for earlier, later in pairwise(ORDER))


@pytest.mark.parametrize("dag", [nightly(pipeline()), training(pipeline())], ids=["nightly", "training"])
def test_every_task_has_pool_policy_callback_and_owner(dag):
    """No task runs outside the pool, retries by another rule, fails without a word, or belongs to nobody."""
    for task in dag.tasks:
        assert (task.pool, task.retries, task.owner) == (NIGHTLY, 3, "the owner")
        assert task.retry_policy == ExitCodePolicy()
        assert list(task.on_failure_callback) == [log_failure]


def test_no_task_hides_a_failure():
    """Every task needs all before it to have succeeded, so a failed stage cannot end in a green run."""
    assert {task.trigger_rule.value for task in nightly(pipeline()).tasks} == {"all_success"}


def test_settings_of_the_dag():
    """Missed dates are not caught up unasked, two runs may overlap, and the page explains every task."""
    dag = nightly(pipeline())
    assert (dag.dag_id, dag.catchup, dag.max_active_runs) == ("nightly_sample", False, 2)
    assert {"overnight", "nightly", "sample"} == dag.tags
    assert all(f"`{name}`" in dag.doc_md for name in ORDER)


def test_training_runs_on_demand_only():
    """Training has no schedule and one task."""
    dag = training(pipeline())
    assert (dag.dag_id, dag.timetable.can_be_scheduled, dag.task_ids) == ("training_sample", False, ["train"])


def test_spark_stages_are_spark_submits():
    """The three stages that move rows submit their job file with nothing but the run's URI."""
    dag = nightly(pipeline())
    for stage in (Stage.VALIDATE, Stage.BUILD_FEATURES, Stage.SCORE):
        task = dag.get_task(stage.value)
        assert isinstance(task, SparkSubmitOperator)
        assert task.application == f"{ROOT}/jobs/{stage}.py"
        assert task.application_args[0] == "--run"
        assert (task.application_args[1].operator.task_id, task.application_args[1].key) == ("open_run", "return_value")
        assert task.conf["spark.log.level"] == "WARN"
        assert task.conf["spark.ui.enabled"] == "false"
        assert (task.env_vars["PYTHONPATH"], task.env_vars["PYTHONSAFEPATH"]) == (str(ROOT), "1")
        assert task.env_vars["PYSPARK_PYTHON"]


def test_publish_announces_the_predictions():
    """Other DAGs can wait for a pipeline's predictions; no other task announces anything."""
    dag = nightly(pipeline())
    assert dag.get_task("publish").outlets == [Asset(name="sample/predictions", uri="overnight://sample/predictions")]
    assert not [task.task_id for task in dag.tasks if task.outlets and task.task_id != "publish"]


def keys(run_after_days, first, count):
    """(partition key, UTC instant of the run) of the first scheduled runs at or after an instant."""
    timetable = coerce_to_core_timetable(nightly(pipeline(run_after_days=run_after_days)).timetable)
    restriction = TimeRestriction(earliest=pendulum.instance(first), latest=None, catchup=True)

    def infos():
        last = None
        while last := timetable.next_dagrun_info_v2(last_dagrun_info=last, restriction=restriction):
            yield last.partition_key, last.run_after.strftime("%d %H:%M")

    return list(islice(infos(), count))


@pytest.mark.parametrize(
    ("run_after_days", "expected"),
    [
        (0, [("2013-03-09", "09 05:00"), ("2013-03-10", "10 05:00"), ("2013-03-11", "11 04:00"), ("2013-03-12", "12 04:00")]),
        (1, [("2013-03-08", "09 05:00"), ("2013-03-09", "10 05:00"), ("2013-03-10", "11 04:00"), ("2013-03-11", "12 04:00")]),
    ],
)
def test_partition_keys_when_clocks_go_forward(run_after_days, expected):
    """On 2013-03-10 New York's day has 23 hours; each date still comes once, at local midnight."""
    assert keys(run_after_days, datetime(2013, 3, 9, 5, tzinfo=UTC), 4) == expected


@pytest.mark.parametrize(
    ("run_after_days", "expected"),
    [
        (0, [("2013-11-02", "02 04:00"), ("2013-11-03", "03 04:00"), ("2013-11-04", "04 05:00"), ("2013-11-05", "05 05:00")]),
        (1, [("2013-11-01", "02 04:00"), ("2013-11-02", "03 04:00"), ("2013-11-03", "04 05:00"), ("2013-11-04", "05 05:00")]),
    ],
)
def test_partition_keys_when_clocks_go_back(run_after_days, expected):
    """On 2013-11-03 New York's day has 25 hours; each date still comes once, at local midnight."""
    assert keys(run_after_days, datetime(2013, 11, 2, 4, tzinfo=UTC), 4) == expected


@pytest.mark.parametrize("run_after_days", [0, 1])
def test_backfill_keys_cover_the_range_once(run_after_days):
    """A backfill over a clock change has each date of the range once, whatever the offset."""
    timetable = coerce_to_core_timetable(nightly(pipeline(run_after_days=run_after_days)).timetable)
    infos = timetable.iter_partition_dagrun_infos(
        earliest=datetime(2013, 3, 9, tzinfo=UTC), latest=datetime(2013, 3, 11, tzinfo=UTC)
    )
    assert [info.partition_key for info in infos] == ["2013-03-09", "2013-03-10", "2013-03-11"]


def rendered(**context):
    """TARGET_DATE as Airflow renders it, for a run with this context."""
    return (
        SandboxedEnvironment(undefined=StrictUndefined, keep_trailing_newline=True).from_string(tasks.TARGET_DATE).render(context)
    )


MIDNIGHT = {"ds": "2013-07-04", "ts": "2013-07-04T00:00:00+00:00"}
CLICK = {"ds": "2026-11-21", "ts": "2026-11-21T10:44:32.948830+00:00"}


@pytest.mark.parametrize(
    ("context", "date"),
    [
        ({"partition_key": "2013-07-04"}, "2013-07-04"),
        ({"partition_key": "2013-07-04", **CLICK}, "2013-07-04"),
        ({"partition_key": None, **MIDNIGHT}, "2013-07-04"),
        ({"partition_key": None, **CLICK}, ""),
        ({"partition_key": None}, ""),
    ],
    ids=["key", "key and moment", "dags test", "moment", "nothing"],
)
def test_target_date_of_a_run(context, date):
    """The key names the date, else a typed midnight does; the moment of a click never becomes a date."""
    assert rendered(**context) == date


HOSTILE = [
    '"; touch owned; "',
    "$(touch owned)",
    "`touch owned`",
    "'; touch owned #",
    "a\ntouch owned\n",
    "--force",
    "{{ 7 * 7 }}",
    "a b *",
]


@pytest.mark.parametrize("key", HOSTILE)
def test_hostile_keys_reach_the_job_as_one_argument(key, tmp_path):
    """Shell, flags and templates in a partition key arrive as the literal value of --date; nothing else happens."""
    (tmp_path / "bin").mkdir()
    python = tmp_path / "bin" / "python"
    python.write_text('#!/bin/sh\nprintf "%s\\0" "$@" > arguments\necho /lake/run.json\n')
    python.chmod(0o755)
    task = tasks.open_run("sample")
    environment = {
        **os.environ,
        **task.env,
        "PYTHON": str(python),
        "FORCE": "",
        "TARGET_DATE": rendered(partition_key=key),
    }
    done = subprocess.run(
        ["bash", "-c", task.bash_command], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert (tmp_path / "arguments").read_text().split("\0")[:-1] == ["-m", "jobs.open_run", "--pipeline", "sample", "--date", key]
    assert done.stdout == "/lake/run.json\n"
    assert not (tmp_path / "owned").exists()


def test_interpreter_does_not_depend_on_path():
    """Bash reads ~/.bashrc when its standard input is a socket, as in a task, and that may put another python first."""
    for name in ("open_run", "publish", "report_drift"):
        task = nightly(pipeline()).get_task(name)
        assert Path(task.env["PYTHON"]).is_absolute()
        assert "python -m" not in task.bash_command


def test_commands_contain_no_template():
    """No bash command is templated: values come in through the environment alone."""
    bash = [
        task.bash_command
        for dag in (nightly(pipeline()), training(pipeline()))
        for task in dag.tasks
        if hasattr(task, "bash_command")
    ]
    assert len(bash) == 4
    assert not [command for command in bash if "{{" in command or "{%" in command]


@pytest.mark.parametrize(("force", "flags"), [("yes", ["--force"]), ("", [])])
def test_force_is_passed_on(force, flags, tmp_path):
    """`force` adds the flag; without it there is none."""
    (tmp_path / "python").write_text('#!/bin/sh\necho "$@" > arguments\necho /lake/run.json\n')
    (tmp_path / "python").chmod(0o755)
    environment = {"PYTHON": f"{tmp_path}/python", "PATH": os.environ["PATH"], "PIPELINE": "p", "TARGET_DATE": "2013-07-04"}
    environment["FORCE"] = force
    subprocess.run(["bash", "-c", tasks.OPEN_RUN], env=environment, cwd=tmp_path, check=True, capture_output=True)
    assert (tmp_path / "arguments").read_text().split()[6:] == flags


@pytest.mark.parametrize("code", [1, 64, 99])
def test_open_run_passes_the_exit_code_on(code, tmp_path):
    """Capturing the job's output does not swallow its exit code."""
    (tmp_path / "python").write_text(f"#!/bin/sh\necho /lake/run.json\nexit {code}\n")
    (tmp_path / "python").chmod(0o755)
    environment = {"PYTHON": f"{tmp_path}/python", "PATH": os.environ["PATH"], "PIPELINE": "p", "TARGET_DATE": "2013-07-04"}
    done = subprocess.run(["bash", "-c", tasks.OPEN_RUN], env=environment, check=False, capture_output=True)
    assert (done.returncode, done.stdout) == (code, b"")


def test_only_open_run_can_skip():
    """Nothing to do skips what follows; a stage that ends with the same code has failed."""
    dag = nightly(pipeline())
    assert list(dag.get_task("open_run").skip_on_exit_code) == [ExitCode.NOTHING_TO_DO]
    assert [list(dag.get_task(name).skip_on_exit_code) for name in ("publish", "report_drift")] == [[], []]


def test_stages_are_bounded_in_time_and_waiting_is_not():
    """A hung stage ends after six hours; the wait has the pipeline's own deadline."""
    timeouts = {task.task_id: task.execution_timeout for task in nightly(pipeline()).tasks}
    assert timeouts.pop("wait_for_input") is None
    assert set(timeouts.values()) == {timedelta(hours=6)}


def test_only_a_manifest_is_taken_for_a_run():
    """A job that ends with another line fails here, not in a later stage."""
    assert tasks.manifest_uri("s3://b/runs/p/r/run.json") == "s3://b/runs/p/r/run.json"
    with pytest.raises(ConfigurationError, match="'done' instead of the URI"):
        tasks.manifest_uri("done")
