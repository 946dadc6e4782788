"""`airflow dags test` with stub jobs: the order of the tasks, and an exit code that follows them."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from overnight.settings import ROOT
from overnight.stages import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(300)]

STUB = """
import os, sys
from pathlib import Path

name = Path(__file__).stem
with open(os.environ["STUB_LOG"], "a") as log:
    print(name, *sys.argv[1:], file=log)
print("late words on stderr", file=sys.stderr)
if name == "open_run":
    print("progress"), print("/lake/run.json")
sys.exit(int(os.environ.get("STUB_" + name.upper(), "0")))
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project whose jobs only say that they ran, with a migrated Airflow and the input of 2013-07-04."""
    root = tmp_path_factory.mktemp("project")
    for folder in ("dags", "overnight", "pipelines", "scripts"):
        shutil.copytree(ROOT / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    (root / "jobs").mkdir()
    for job in ("__init__", "open_run", *Stage):
        (root / "jobs" / f"{job}.py").write_text(STUB if job != "__init__" else "")
    for partition in ("schedules/2013-07-04", "arrivals/2013-07-03", "weather/2013-07-03"):
        folder = root / "var/lake/raw" / partition
        folder.mkdir(parents=True)
        (folder / "part-0.parquet").touch()
    assert airflow(root, "db", "migrate").returncode == 0
    return root


def airflow(root: Path, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Airflow's command in the environment that `scripts/airflow-env.sh` sets up."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AIRFLOW", "OVERNIGHT"))}
    inherited["PATH"] = f"{Path(sys.executable).parent}:{inherited['PATH']}"
    command = ["bash", "-c", '. "$0/scripts/airflow-env.sh" && exec airflow "$@"', str(root), *arguments]
    environment = {**inherited, "STUB_LOG": str(root / "log"), **variables}
    return subprocess.run(command, env=environment, cwd=root, capture_output=True, text=True, check=False)


def night(root: Path, day: str, **variables: str) -> tuple[int, list[str], str]:
    """Exit code, what the jobs logged, and Airflow's output of one night."""
    (root / "log").unlink(missing_ok=True)
    done = airflow(root, "dags", "test", "nightly_flight_delays", day, **variables)
    log = (root / "log").read_text().splitlines() if (root / "log").exists() else []
    return done.returncode, log, done.stdout + done.stderr


def test_all_stages_run_in_order(project):
    """A night runs `open_run` for the date, then the five stages on the run it returned, and ends with 0."""
    code, log, _ = night(project, "2013-07-04")
    stages = [f"{stage} --run /lake/run.json" for stage in Stage]
    assert (code, log) == (0, ["open_run --pipeline flight_delays --date 2013-07-04", *stages])


def test_refused_input_ends_the_night_at_once(project):
    """Exit code 65 of a stage is not retried, stops the stages after it, says what to do, and fails the command."""
    code, log, output = night(project, "2013-07-04", STUB_VALIDATE="65")
    assert (code, [line.split()[0] for line in log]) == (1, ["open_run", "validate"])
    assert "meaning='the input was refused'" in output


def test_nothing_to_do_is_a_green_night(project):
    """When every date is current nothing after `open_run` runs, and the command ends with 0."""
    code, log, _ = night(project, "2013-07-04", STUB_OPEN_RUN="99")
    assert (code, [line.split()[0] for line in log]) == (0, ["open_run"])


def test_missing_input_of_the_past_fails_without_waiting(project):
    """A date whose deadline has long passed fails at once and names what is missing."""
    code, log, output = night(project, "2013-07-05")
    assert (code, log) == (1, [])
    assert "required partition(s): schedules/2013-07-05" in output


def test_a_run_without_a_date_fails_clearly(project):
    """`dags test` without a date names none, and no job starts."""
    code, log, output = night(project, "2013-07-05T10:30:00")
    assert (code, log) == (1, [])
    assert "This DAG run has no partition key, so it names no target date." in output
