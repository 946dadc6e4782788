"""A whole night by hand: run, run again, show, report, train, each a process of its own."""

import json

import pytest

from overnight.registry.models import Registry

from .calls import environment, overnight

DAY = ("--date", "2013-07-04")

pytestmark = [pytest.mark.spark, pytest.mark.e2e]


def test_a_night_by_hand(lake_of_flights, flights_trained):
    """A date is scored once, is current afterwards, and can be shown and reported as text and as JSON."""
    _, registry = flights_trained
    env = environment(lake_of_flights, registry)
    first = overnight("run", "flight_delays", *DAY, env=env)
    assert first.returncode == 0, first.stderr[-3000:]
    assert first.stdout.startswith("2013-07-04 is published: 737 rows, flight_delays version 1, run ")
    run_id = first.stdout.split()[-1]

    again = overnight("run", "flight_delays", *DAY, env=env)
    assert again.stdout == f"2013-07-04 is current: published by run {run_id}. Use --force to score it again.\n"

    shown = json.loads(overnight("show", "flight_delays", *DAY, "--json", "--rows", "3", env=env).stdout)
    assert (shown["run_id"], shown["rows"], len(shown["head"])) == (run_id, 737, 3)
    assert [row["carrier"] for row in shown["head"]] == ["9E"] * 3

    text = overnight("show", "flight_delays", *DAY, env=env).stdout
    assert f"{'rows':<14} 737" in text.splitlines()
    assert run_id in text

    report = overnight("report", "flight_delays", *DAY, "--json", env=env)
    found = json.loads(report.stdout)
    assert (found["state"], found["rows_in"], found["rows_scored"]) == ("published", 737, 737)
    assert overnight("report", "flight_delays", *DAY, env=env).stdout.splitlines()[-1].endswith("2013-07-04/index.html")

    other = overnight("show", "flight_delays", "--date", "2013-07-05", env=env)
    assert other.returncode == 66
    assert "Published: 2013-07-04." in other.stderr


def test_training_the_same_data_again_does_nothing(flights_trained):
    """A second `train` says that the champion was trained from the same data and code; no version is added."""
    raw, registry = flights_trained
    done = overnight("train", "flight_delays", env=environment(raw, registry))
    assert done.returncode == 0
    assert "flight_delays version 1 was trained from the same data and code; nothing to do" in done.stderr
    assert Registry(registry).champion_version("flight_delays") == "1"
