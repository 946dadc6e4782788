"""The documentation is true: its code parses, what it names exists, its tables equal the code, its links resolve."""

import ast
import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from overnight.cli.app import app
from overnight.errors import NEVER_RETRY, ExitCode
from overnight.settings import ROOT

DOCS = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
TUTORIAL = ROOT / "docs" / "add-a-pipeline.md"
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
TUTORIAL_FILE = re.compile(r"^### `([\w/]+\.py)`\n\n```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
ROOTS_OF_MACHINES = "|".join(("work", "root", "home", "Users"))
MACHINE_PATH = re.compile(rf"(?<![\w.<}}])/(?:{ROOTS_OF_MACHINES})/[\w.]+")
# A package index by address, or credentials in an address; documentation of a library is neither.
REGISTRY = re.compile(
    r"https?://[^\s/\"')]*(?:pypi|artifactory|nexus|pythonhosted|/simple)|--(?:extra-)?index-url[ =]|://[^\s/@]+:[^\s/@]+@"
)

everywhere = pytest.mark.parametrize("page", DOCS, ids=lambda page: str(page.relative_to(ROOT)))


def blocks(page: Path, language: str) -> list[str]:
    """The code blocks of a page in one language."""
    return [code for found, code in FENCE.findall(page.read_text()) if found == language]


def prose(page: Path) -> str:
    """A page without its code blocks."""
    return FENCE.sub("", page.read_text())


def commands(page: Path) -> Iterator[str]:
    """Every line of a shell block, and every piece of inline code."""
    for code in blocks(page, "bash"):
        yield from code.splitlines()
    yield from re.findall(r"`([^`\n]+)`", prose(page))


def tracked_files() -> list[Path]:
    """The files that belong to the project; all but what is ignored where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode == 0:
        return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]
    hidden = {".venv", ".git", "var", "__pycache__"}
    return [path for path in ROOT.rglob("*") if path.is_file() and not hidden & set(path.relative_to(ROOT).parts)]


@everywhere
def test_python_blocks_parse(page):
    """Python in the documentation is Python."""
    for code in blocks(page, "python"):
        ast.parse(code)


@everywhere
def test_shell_blocks_parse(page):
    """Shell in the documentation is shell."""
    for code in blocks(page, "bash"):
        checked = subprocess.run(["bash", "-n"], input=code, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stderr


def test_python_blocks_name_what_exists():
    """Whatever the documentation imports from this project can be imported."""
    imported = {
        (node.module, alias.name)
        for page in DOCS
        for code in blocks(page, "python")
        for node in ast.walk(ast.parse(code))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("overnight")
        for alias in node.names
    }
    assert len(imported) > 10
    assert not [(module, name) for module, name in imported if not hasattr(importlib.import_module(module), name)]


@everywhere
def test_verbs_and_their_options_exist(page):
    """Every `overnight <verb> --option` in the documentation is one that the command has."""
    verbs = {
        name: {option for parameter in verb.params for option in parameter.opts}
        for name, verb in typer.main.get_command(app).commands.items()
    }
    for command in commands(page):
        for verb, rest in re.findall(r"(?:^|[;&|(] *)overnight ([a-z]+)([^;&|]*)", command):
            assert verb in verbs, f"{command}: the verbs are {sorted(verbs)}"
            unknown = set(re.findall(r"(?<!\S)--[a-z-]+", rest)) - verbs[verb] - {"--help"}
            assert not unknown, command


def test_readme_lists_all_verbs():
    """The README has a line for every verb and for no other."""
    listed = re.findall(r"^\| `overnight ([a-z]+)", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert sorted(listed) == sorted(typer.main.get_command(app).commands)


@everywhere
def test_make_targets_exist(page):
    """Every `make <target>` in the documentation is in the Makefile."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {target for command in commands(page) for target in re.findall(r"^make ([a-z-]+)", command)}
    assert named <= targets


@everywhere
def test_links_resolve(page):
    """Links lead to files of the project and to headings that they have."""
    for link in LINK.findall(prose(page)):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.is_file(), f"{page.name}: {link}"
        headings = re.findall(r"^#+ (.+)$", prose(target), re.MULTILINE) if anchor else []
        assert not anchor or anchor in {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}, link


@everywhere
def test_folders_and_files_named_exist(page):
    """Paths of the project in inline code exist; those of the tutorial once it has been followed."""
    to_be_made = {path for path, _ in TUTORIAL_FILE.findall(TUTORIAL.read_text())}
    for path in re.findall(
        r"`((?:overnight|jobs|dags|scripts|docs|tests|requirements|pipelines|models|expectations)/[\w./-]*)`", prose(page)
    ):
        assert (ROOT / path).exists() or path in to_be_made, path


def test_exit_codes_are_those_of_the_code():
    """The table of exit codes has every code with its name, and says rightly which are never retried."""
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \| (\w+)", (ROOT / "docs/operations.md").read_text(), re.MULTILINE)
    assert [(int(code), name) for code, name, _ in rows] == [(code.value, code.name) for code in ExitCode]
    retried = {ExitCode(int(code)) for code, _, answer in rows if answer == "yes"}
    assert retried == set(ExitCode) - NEVER_RETRY - {ExitCode.OK, ExitCode.NOTHING_TO_DO}


def test_all_decisions_are_listed():
    """Decisions are numbered without gaps, and the list has each under its own title."""
    pages = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))
    assert [int(page.name[:4]) for page in pages] == list(range(1, len(pages) + 1))
    titles = [page.read_text().splitlines()[0].removeprefix("# ") for page in pages]
    listed = re.findall(r"^(\d+\. )\[(.+)\]\((.+)\)$", (ROOT / "docs/decisions/README.md").read_text(), re.MULTILINE)
    assert [(number + title, file) for number, title, file in listed] == list(zip(titles, [p.name for p in pages], strict=True))


def test_settings_are_documented():
    """Every variable that the settings read has a line in operations.md and in the README."""
    source = (ROOT / "overnight/settings.py").read_text()
    variables = set(re.findall(r"environ\.get\(\"(\w+)\"", source))
    assert len(variables) == 3
    for page in (ROOT / "README.md", ROOT / "docs/operations.md"):
        assert variables <= set(re.findall(r"^\| `(\w+)` \|", page.read_text(), re.MULTILINE))


def test_the_tree_names_no_machine_and_no_registry():
    """No tracked file holds a path of somebody's machine, a package index, or credentials."""
    found = []
    for path in tracked_files():
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for pattern in (MACHINE_PATH, REGISTRY):
            found += [f"{path.relative_to(ROOT)}: {match.group()}" for match in pattern.finditer(text)]
    assert not found


@pytest.mark.parametrize(
    ("line", "pattern"),
    [
        ("see /" + "home/ann/lake", MACHINE_PATH),
        ("file:///" + "root/x", MACHINE_PATH),
        ("--index" + "-url=x", REGISTRY),
        ("https://" + "pypi.example.org/x", REGISTRY),
        ("postgresql://" + "ann:secret@db/x", REGISTRY),
    ],
)
def test_the_patterns_find_what_they_should(line, pattern):
    """A check that cannot fail would prove nothing."""
    assert pattern.search(line)


def test_the_tutorial_brings_every_file_of_a_pipeline():
    """Whoever follows the tutorial ends up with one module of the same name in each of the four folders."""
    made = {path for path, _ in TUTORIAL_FILE.findall(TUTORIAL.read_text())}
    assert {f"{folder}/bread_sales.py" for folder in ("pipelines", "feature_pipelines", "expectations", "models")} <= made


@pytest.mark.e2e
@pytest.mark.timeout(900)
def test_the_tutorial_can_be_followed_to_the_end(tmp_path):
    """Its files and commands, taken from the page as they stand, publish two nights and refuse the one that they break."""
    for folder in ("dags", "expectations", "feature_pipelines", "jobs", "models", "overnight", "pipelines", "scripts"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    for path, code in TUTORIAL_FILE.findall(TUTORIAL.read_text()):
        (tmp_path / path).write_text(code)
    activate, *steps = blocks(TUTORIAL, "bash")
    # The copy has no environment of its own; the one that runs this test stands for it.
    exports = "\n".join(line for line in activate.splitlines() if line.startswith("export"))
    steps = [step for step in steps if "airflow" not in step]
    script = "\n".join(["set -e", 'overnight() { python -m overnight "$@"; }', exports, *steps])
    variables = {
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "PYTHONPATH": str(tmp_path),
        "PYTHONSAFEPATH": "1",
        "OVERNIGHT_SPARK_MASTER": "local[2]",
        **{name: os.environ[name] for name in ("JAVA_HOME",) if name in os.environ},
    }
    done = subprocess.run(["bash", "-c", script], cwd=tmp_path, env=variables, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    said = done.stdout
    assert "bread_sales version 1 is champion" in said
    assert "2025-04-01 is published: 300 rows, bread_sales version 1" in said
    assert "2025-04-01 is current" in said
    assert "exit code 65" in said
    assert said.index("exit code 65") < said.index("2025-04-03 is published: 300 rows")
