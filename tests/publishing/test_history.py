"""History: who is live, who was, and who claimed, all read from the log alone."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from overnight.publishing import history
from overnight.publishing.claim import claim
from overnight.publishing.delta import DeltaLog
from overnight.publishing.table import application

from .staging import JULY_3, JULY_4, JULY_5, opened, publish, stage


def test_an_empty_table_has_published_nothing(log: DeltaLog) -> None:
    """A table that was just created has no live date and no claim; creating it is no commit of ours."""
    assert history.published(log) == []
    assert history.live(log, JULY_4) is None
    assert history.commits(log) == []


def test_the_latest_publish_is_live_although_a_later_run_claimed(log: DeltaLog) -> None:
    """Readers keep the old run until the run that claimed the date has published it."""
    first = claim(log, [JULY_4], "first")
    published = publish(log, JULY_4, "first", first[JULY_4], [stage(log, JULY_4, "first", [0.1])])
    claim(log, [JULY_4], "second")
    log.reload()
    assert history.live(log, JULY_4) == published
    assert history.claimed_by(log, JULY_4) == "second"


def test_published_lists_each_date_once_in_order(log: DeltaLog) -> None:
    """Dates come sorted, each with its newest run, whatever the order of the commits; `live` agrees with it."""
    tokens = claim(log, [JULY_3, JULY_4, JULY_5], "first")
    for day in (JULY_5, JULY_3, JULY_4):
        publish(log, day, "first", tokens[day], [stage(log, day, "first", [0.1, 0.2])])
    again = claim(log, [JULY_4], "second")
    publish(log, JULY_4, "second", again[JULY_4], [stage(log, JULY_4, "second", [0.3])])
    found = history.published(log)
    assert [(each.day, each.run_id, each.rows, each.version) for each in found] == [
        (JULY_3, "first", 2, 3),
        (JULY_4, "second", 1, 6),
        (JULY_5, "first", 2, 2),
    ]
    assert [history.live(log, each.day) for each in found] == found


def test_commits_are_newest_first_without_gaps(log: DeltaLog) -> None:
    """The log lists every commit of a date, newest first, with what it did and when, in UTC."""
    before = datetime.now(UTC) - timedelta(seconds=1)
    token = claim(log, [JULY_4], "first")
    publish(log, JULY_4, "first", token[JULY_4], [stage(log, JULY_4, "first", [0.1])])
    claim(log, [JULY_5], "second")
    log.reload()
    assert [(c.version, c.action, c.run_id, c.rows) for c in history.commits(log, JULY_4)] == [
        (2, "publish", "first", 1),
        (1, "claim", "first", 0),
    ]
    assert [c.version for c in history.commits(log)] == [3, 2, 1]
    assert all(before <= c.at <= datetime.now(UTC) for c in history.commits(log))


def test_a_log_that_is_not_reloaded_keeps_its_version(log: DeltaLog) -> None:
    """What others commit shows after a reload, and commits keep their true versions until then."""
    old = opened(DeltaLog, log.uri)
    token = claim(log, [JULY_4], "first")
    publish(log, JULY_4, "first", token[JULY_4], [stage(log, JULY_4, "first", [0.1])])
    assert history.published(old) == []
    assert history.commits(old) == []
    old.reload()
    assert [(each.day, each.version) for each in history.published(old)] == [(JULY_4, 2)]


def test_history_survives_checkpoints(log: DeltaLog) -> None:
    """After 150 commits, and thus a checkpoint, a fresh reader still knows tokens, live dates and every commit."""
    first = claim(log, [JULY_4], "first")
    publish(log, JULY_4, "first", first[JULY_4], [stage(log, JULY_4, "first", [0.1])])
    for number in range(148):
        claim(log, [JULY_5], f"run-{number}")
    assert list(Path(log.uri, "_delta_log").glob("*.checkpoint*.parquet"))
    fresh = opened(DeltaLog, log.uri)
    assert [commit.version for commit in history.commits(fresh)] == list(range(150, 0, -1))
    assert (fresh.token(application(JULY_4)), fresh.token(application(JULY_5))) == (1, 148)
    assert [(each.day, each.run_id, each.version) for each in history.published(fresh)] == [(JULY_4, "first", 2)]
