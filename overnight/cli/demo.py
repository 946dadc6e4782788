"""`overnight demo`: from raw files to a published date and its report, through Airflow, on this machine alone."""

import json
import os
import re
import subprocess
import sys
import time
from typing import Annotated

import typer

from overnight.cli.land import land
from overnight.cli.show import published
from overnight.dates import parse_date
from overnight.errors import ConfigurationError
from overnight.lake import storage
from overnight.lake.uris import Lake
from overnight.settings import ROOT, Settings

PIPELINE = "flight_delays"
LOG = ROOT / "var" / "log" / "demo.log"
# A message of a job, wherever Airflow or Spark put it into a line of theirs.
MESSAGE = re.compile(r"\b(\d\d:\d\d:\d\d  .+?)\s*(?:\[airflow\.task\b.*)?$")
AIRFLOW = '. "$0/scripts/airflow-env.sh" && exec airflow "$@"'


def demo(date: Annotated[str, typer.Option("--date", metavar="YYYY-MM-DD", help="The night to run.")] = "2013-07-04") -> None:
    """Land real flights, train, and run the nightly DAG for one date. Run again, it changes nothing it need not."""
    day = parse_date(date)
    started = time.monotonic()
    lake = Lake(Settings.from_env().lake)
    _step(1, "land the flights of 2013")
    land()
    _step(2, "train the model on February to May, evaluate it on June")
    _call([sys.executable, "-m", "overnight", "train", PIPELINE])
    _step(3, f"run the nightly DAG for {day} with Airflow")
    if not (ROOT / "var" / "airflow" / "airflow.db").exists():
        _airflow(["db", "migrate"])
    _airflow(["dags", "test", f"nightly_{PIPELINE}", day.isoformat()])
    _summary(lake, day.isoformat(), time.monotonic() - started)


def _step(number: int, what: str) -> None:
    print(f"\n[{number}/3] {what}", flush=True)


def _airflow(arguments: list[str]) -> None:
    _call(["bash", "-c", AIRFLOW, str(ROOT), *arguments])


def _call(command: list[str]) -> None:
    """Run a step in a process of its own: its whole output goes to a log, the jobs' own messages to the terminal."""
    LOG.parent.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {"PYTHONPATH": str(ROOT), "PYTHONSAFEPATH": "1", "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO"}
    with LOG.open("a") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
        )
        for line in process.stdout or ():
            log.write(line)
            if message := MESSAGE.search(line):
                print(f"      {message.group(1)}", flush=True)
    if code := process.wait():
        last = "".join(LOG.read_text(errors="replace").splitlines(keepends=True)[-30:])
        raise ConfigurationError(f"`{' '.join(command[-4:])}` ended with exit code {code}. The end of {LOG}:\n{last}")


def _summary(lake: Lake, date: str, seconds: float) -> None:
    found = published(lake, PIPELINE, date, rows=0)
    folder = lake.report(PIPELINE, parse_date(date))
    report = json.loads(storage.read_bytes(f"{folder}/report.json"))
    lines = {
        "rows in": report["rows_in"],
        "quarantined": report["rows_quarantined"],
        "scored": report["rows_scored"],
        "model": f"{found['model']}, ROC AUC {report['metrics']['roc_auc']:.3f} on June",
        "drift": report["drift"]["verdict"],
        "report": f"{folder}/index.html",
        "predictions": f"{lake.table(PIPELINE, 'predictions')} (a Delta table)",
        "next": f"overnight show {PIPELINE} --date {date}",
        "": f"overnight run {PIPELINE} --date 2013-07-05",
    }
    print(f"\n{PIPELINE} {date} is published ({seconds:.0f} s)")
    for name, value in lines.items():
        print(f"  {name:<12} {value}")
