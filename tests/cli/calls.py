"""Calls of the command line in processes of their own."""

import os
import subprocess
import sys
from pathlib import Path

from overnight.settings import ROOT


def environment(lake: Path, registry: str | None = None, **variables: str) -> dict[str, str]:
    """The environment of a person whose lake and registry are these."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("OVERNIGHT", "MLFLOW", "AIRFLOW"))}
    return {
        **inherited,
        "PYTHONPATH": str(ROOT),
        "PYTHONSAFEPATH": "1",
        "OVERNIGHT_LAKE": str(lake),
        "OVERNIGHT_SPARK_MASTER": "local[2]",
        "MLFLOW_TRACKING_URI": registry or f"sqlite:///{lake}/registry.db",
        "PATH": f"{Path(sys.executable).parent}:{inherited['PATH']}",
        **variables,
    }


def overnight(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """`python -m overnight` with these arguments."""
    command = [sys.executable, "-m", "overnight", *arguments]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
