"""`scripts/check-prerequisites.sh`: silent when all is there, one line with the remedy when something is missing."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from overnight.settings import ROOT

SCRIPT = ROOT / "scripts" / "check-prerequisites.sh"
OLD_PYTHON = '#!/bin/sh\ncase "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac\n'


def java_saying(version: str) -> str:
    return f"#!/bin/sh\necho 'openjdk version \"{version}\" 2024-01-16' >&2\n"


@pytest.fixture
def tools(tmp_path: Path) -> Path:
    """A folder with the few tools that the script calls, and neither Python nor Java."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("sh", "sed", "head", "uname"):
        (folder / name).symlink_to(str(shutil.which(name)))
    return folder


def program(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def check(tools: Path, **variables: str) -> tuple[int, list[str]]:
    """Exit code, and what the script said."""
    env = {"PATH": str(tools), "PYTHON": sys.executable, **variables}
    done = subprocess.run(["/bin/sh", str(SCRIPT)], env=env, capture_output=True, text=True, check=False)
    return done.returncode, (done.stdout + done.stderr).splitlines()


@pytest.mark.parametrize("version", ["17.0.9", "21"])
def test_python_and_java_are_enough(tools, version):
    """A supported Python and Java 17 or 21 pass without a word."""
    program(tools, "java", java_saying(version))
    assert check(tools) == (0, [])


def test_an_old_python_is_named_with_the_remedy(tools):
    """Python 3.9 is refused in one line that says what is needed and how to get it."""
    program(tools, "java", java_saying("17.0.9"))
    old = program(tools, "python3.9", OLD_PYTHON)
    code, said = check(tools, PYTHON=str(old))
    assert (code, len(said)) == (78, 1)
    assert said[0].startswith(f"overnight: Python 3.11 or newer is needed, {old} is 3.9. ")
    assert said[0].endswith("then: make PYTHON=python3.11")


def test_no_python_is_said_so(tools):
    """Without the interpreter the line says which one was looked for."""
    code, said = check(tools, PYTHON="python3")
    assert (code, len(said)) == (78, 1)
    assert "Python is missing (python3 is not on PATH)" in said[0]


@pytest.mark.parametrize("version", ["11.0.2", "1.8.0_392", "24.0.1"])
def test_another_java_is_named_with_the_remedy(tools, version):
    """Java 8, 11 and 24 are refused in one line that names the version found."""
    program(tools, "java", java_saying(version))
    code, said = check(tools)
    assert (code, len(said)) == (78, 1)
    assert f"Java 17 or 21 is needed, java is {version.split('.')[0]}." in said[0]
    assert said[0].endswith("then point JAVA_HOME at it")


def test_no_java_is_said_so(tools):
    """Without Java on PATH, and with a JAVA_HOME that holds none, one line says what to install."""
    for variables in ({}, {"JAVA_HOME": "/nonexistent"}):
        code, said = check(tools, **variables)
        assert (code, len(said)) == (78, 1)
        assert "Java is missing" in said[0]
        assert "17" in said[0]


def test_java_home_wins_over_path(tools, tmp_path):
    """JAVA_HOME decides, whatever java is on PATH."""
    program(tools, "java", java_saying("11.0.2"))
    program(tmp_path / "jdk" / "bin", "java", java_saying("21.0.1"))
    assert check(tools, JAVA_HOME=str(tmp_path / "jdk")) == (0, [])
