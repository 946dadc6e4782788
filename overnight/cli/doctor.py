"""`overnight doctor`: what this machine has, what is missing, and what to do about it."""

import json
import os
import re
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version

import typer

from overnight import catalog
from overnight.cli.arguments import AsJson
from overnight.errors import ExitCode, OvernightError
from overnight.lake import storage
from overnight.settings import ROOT, Settings

JAVA_VERSIONS = (17, 21)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: whether it will do, what was found, and the next step if it will not."""

    what: str
    ok: bool
    found: str
    next_step: str = ""


def doctor(as_json: AsJson = False) -> None:
    """Check Python, Java, Spark, Airflow, the lake, the registry and the pipelines; exits 78 when something is missing."""
    checks = (_python, _java, _spark, _airflow, _lake, _registry, _pipelines)
    findings = [_checked(check) for check in checks]
    if as_json:
        print(json.dumps([asdict(finding) for finding in findings], indent=1))
    else:
        for finding in findings:
            print(f"{'ok     ' if finding.ok else 'MISSING'}  {finding.what:<10} {finding.found}")
            if finding.next_step and not finding.ok:
                print(f"{'':<20} -> {finding.next_step}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(ExitCode.CONFIGURATION)


def _checked(check: Callable[[], Finding]) -> Finding:
    """A check that cannot even be made is a finding too."""
    try:
        return check()
    except (OSError, OvernightError, ImportError, subprocess.SubprocessError) as error:
        return Finding(check.__name__.strip("_"), False, f"{type(error).__name__}: {error}", "Run `make setup`, then try again.")


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    return Finding("python", sys.version_info >= (3, 11), found, "Install Python 3.11 or newer.")


def _java() -> Finding:
    home = os.environ.get("JAVA_HOME")
    java = f"{home}/bin/java" if home else shutil.which("java")
    if not java or not shutil.which(java):
        found = f"JAVA_HOME={home} holds no bin/java" if home else "not on PATH, and JAVA_HOME is unset"
        remedy = "Install a JDK or JRE 17 or 21, e.g. openjdk-17-jre-headless, or point JAVA_HOME at one."
        return Finding("java", False, found, remedy)
    said = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=False).stderr
    match = re.search(r'version "(\d+)', said)
    major = int(match.group(1)) if match else 0
    return Finding("java", major in JAVA_VERSIONS, f"{major} ({java})", "Spark needs Java 17 or 21: point JAVA_HOME at one.")


def _spark() -> Finding:
    submit = shutil.which("spark-submit")
    found = f"{version('pyspark')}, master {Settings.from_env().spark_master}"
    return Finding("spark", submit is not None, found, "Put the environment's bin folder (.venv/bin) on PATH.")


def _airflow() -> Finding:
    home = os.environ.get("AIRFLOW_HOME", f"{ROOT}/var/airflow")
    return Finding("airflow", True, f"{version('apache-airflow')}, home {home}")


def _lake() -> Finding:
    lake = Settings.from_env().lake
    probe = f"{lake}/.doctor-{uuid.uuid4().hex}"
    storage.write_bytes(probe, b"overnight")
    readable = storage.read_bytes(probe) == b"overnight"
    storage.delete(probe)
    return Finding("lake", readable, f"{lake} (read and write)", "Set OVERNIGHT_LAKE to a folder that you may write to.")


def _registry() -> Finding:
    from overnight.registry.models import Registry

    settings = Settings.from_env()
    registry = Registry(settings.registry)
    champions = {name: registry.champion_version(name) for name in catalog.names()}
    without = [name for name, found in champions.items() if found is None]
    found = ", ".join(f"{name} version {champion}" for name, champion in champions.items() if champion)
    return Finding("registry", not without, found or "no champion yet", f"Train: overnight train {' '.join(without[:1])}")


def _pipelines() -> Finding:
    names = catalog.names()
    for name in names:
        catalog.load(name)
    return Finding("pipelines", bool(names), ", ".join(names), "Add one; docs/add-a-pipeline.md shows how.")
