"""The installed command works from any folder, with nothing but itself on Python's path."""

import subprocess
import sys

from overnight.settings import ROOT
from tests.cli.calls import environment


def test_installed_command_finds_the_pipelines(tmp_path):
    """An editable install makes the package overnight importable and nothing beside it; the pipelines are found all the same."""
    (tmp_path / "overnight").symlink_to(ROOT / "overnight")
    done = subprocess.run(
        [sys.executable, "-c", "from overnight.cli.app import main; main()", "show", "flight_delays", "--date", "2013-07-04"],
        env=environment(tmp_path / "lake", PYTHONPATH=str(tmp_path)),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 66, done.stderr
    assert "flight_delays has nothing published for 2013-07-04" in done.stderr
