"""What the command line says to calls that cannot be carried out: one message, a next step, and an exit code."""

import json
import sys

import pytest

from overnight.cli.app import app, main

from .calls import environment, overnight

VERBS = ["demo", "land", "train", "run", "show", "report", "doctor"]


def call(monkeypatch: pytest.MonkeyPatch, lake, *arguments: str) -> int:
    """The exit code of the command in this process."""
    monkeypatch.setenv("OVERNIGHT_LAKE", str(lake))
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{lake}/registry.db")
    monkeypatch.setattr(sys, "argv", ["overnight", *arguments])
    monkeypatch.setattr("overnight.runs.process.log_to_stderr", lambda: None)
    with pytest.raises(SystemExit) as left:
        main()
    return int(left.value.code or 0)


def test_these_are_all_verbs():
    """Every verb that the command has is tested here."""
    assert sorted(command.callback.__name__ for command in app.registered_commands) == sorted(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb, monkeypatch, tmp_path, capsys):
    """`--help` exits 0, names the verb, and says in a sentence what it does."""
    assert call(monkeypatch, tmp_path, verb, "--help") == 0
    said = capsys.readouterr().out
    assert f"overnight {verb}" in said
    doc = next(each.callback.__doc__ for each in app.registered_commands if each.callback.__name__ == verb)
    assert doc.splitlines()[0].split(".")[0].split()[0] in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("verb", ["run", "show", "report"])
@pytest.mark.parametrize(("day", "words"), [("2013-13-01", "month must be in 1..12"), ("20130704", "Did you mean 2013-07-04?")])
def test_dates_that_are_none_are_usage_errors(verb, day, words, monkeypatch, tmp_path, caplog):
    """An impossible date is 64, with what is wrong about it, before anything is started or written."""
    assert call(monkeypatch, tmp_path, verb, "flight_delays", "--date", day) == 64
    assert words in caplog.text
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments", [("train", "flights"), *((verb, "flights", "--date", "2013-07-04") for verb in ("run", "show", "report"))]
)
def test_unknown_pipelines_are_usage_errors(arguments, monkeypatch, tmp_path, caplog):
    """A pipeline that does not exist is 64; the message lists those that do."""
    assert call(monkeypatch, tmp_path, *arguments) == 64
    assert "There is no pipeline 'flights'. Known: " in caplog.text
    assert "flight_delays" in caplog.text


@pytest.mark.parametrize("arguments", [("run",), ("run", "flight_delays"), ("show", "flight_delays", "--rows", "many"), ("nap",)])
def test_wrong_calls_are_usage_errors(arguments, monkeypatch, tmp_path, capsys):
    """A missing argument, a number that is none, an unknown verb: 64, like all other wrong calls."""
    assert call(monkeypatch, tmp_path, *arguments) == 64
    assert capsys.readouterr().err


def test_showing_what_is_not_published_says_how_to_publish_it(monkeypatch, tmp_path, caplog):
    """A date that nobody published is 66, with the command that publishes it."""
    assert call(monkeypatch, tmp_path, "show", "flight_delays", "--date", "2013-07-04") == 66
    assert "flight_delays has nothing published for 2013-07-04. Published: no date yet." in caplog.text
    assert "overnight run flight_delays --date 2013-07-04" in caplog.text


def test_a_report_that_is_not_there_says_how_to_make_it(monkeypatch, tmp_path, caplog):
    """A date without a page is 66, with the command that makes one."""
    assert call(monkeypatch, tmp_path, "report", "flight_delays", "--date", "2013-07-04") == 66
    assert "overnight run flight_delays --date 2013-07-04" in caplog.text


@pytest.mark.e2e
def test_the_command_is_a_process_that_exits_with_the_code(tmp_path):
    """`python -m overnight` passes the code on; the message is one line on standard error, and standard output is empty."""
    done = overnight("show", "flight_delays", "--date", "2013-13-01", env=environment(tmp_path))
    assert (done.returncode, done.stdout) == (64, "")
    assert len(done.stderr.splitlines()) == 1
    assert "UsageError: '2013-13-01' is not a date" in done.stderr


@pytest.mark.e2e
def test_running_without_a_model_says_how_to_get_one(tmp_path):
    """A run before the first training is 78, with the command that trains."""
    done = overnight("run", "flight_delays", "--date", "2013-07-04", env=environment(tmp_path))
    assert done.returncode == 78
    assert "overnight train flight_delays" in done.stderr


@pytest.mark.e2e
def test_the_doctor_lists_what_is_missing(tmp_path):
    """Without Java and without a champion the doctor exits 78 and says of each what to do; the rest is ok."""
    env = environment(tmp_path, JAVA_HOME="/nonexistent")
    done = overnight("doctor", env=env)
    assert done.returncode == 78
    lines = done.stdout.splitlines()
    assert [line.split()[1] for line in lines if line.startswith("MISSING")] == ["java", "registry"]
    java = next(number for number, line in enumerate(lines) if "java" in line)
    assert "JAVA_HOME=/nonexistent holds no bin/java" in lines[java]
    assert "JRE 17 or 21" in lines[java + 1]
    assert "overnight train flight_delays" in done.stdout


@pytest.mark.e2e
def test_the_doctor_speaks_json(tmp_path):
    """`doctor --json` prints the same findings for programs, and leaves nothing behind in the lake."""
    done = overnight("doctor", "--json", env=environment(tmp_path / "lake", f"sqlite:///{tmp_path}/registry.db"))
    findings = {each["what"]: each for each in json.loads(done.stdout)}
    assert list(findings) == ["python", "java", "spark", "airflow", "lake", "registry", "pipelines"]
    assert findings["lake"]["ok"]
    assert findings["lake"]["found"].startswith(str(tmp_path / "lake"))
    assert list((tmp_path / "lake").iterdir()) == []
