"""Publishing a date: one commit, fenced by its token, believed only when the log shows it."""

import json
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest

from overnight.errors import BadOutput, StoreBusy, Superseded, UsageError
from overnight.publishing import history, retry
from overnight.publishing.claim import claim
from overnight.publishing.commit import publish_date
from overnight.publishing.delta import DeltaLog
from overnight.publishing.table import Action, Change

from .staging import JULY_3, JULY_4, JULY_5, opened, publish, scores_of, stage


class Interrupted(DeltaLog):
    """A log in which something happens between reload and commit, or right after the commit, once."""

    before: Callable[[], object] | None = None
    after: Callable[[], object] | None = None
    tries = 0

    def commit(self, change: Change) -> None:
        """Commit, with the interruptions."""
        self.tries += 1
        before, self.before = self.before, None
        if before:
            before()
        super().commit(change)
        after, self.after = self.after, None
        if after:
            after()


def _raise(error: Exception) -> None:
    raise error


def test_republishing_replaces_that_date_only(log: DeltaLog) -> None:
    """A second run of one date takes the place of its rows; the neighbouring date keeps its own."""
    first = claim(log, [JULY_3, JULY_4], "first")
    publish(log, JULY_3, "first", first[JULY_3], [stage(log, JULY_3, "first", [0.1])])
    publish(log, JULY_4, "first", first[JULY_4], [stage(log, JULY_4, "first", [0.2, 0.3])])
    second = claim(log, [JULY_4], "second")
    publish(log, JULY_4, "second", second[JULY_4], [stage(log, JULY_4, "second", [0.7])])
    assert scores_of(log.uri) == {JULY_3: [0.1], JULY_4: [0.7]}


def test_what_was_published_is_returned(log: DeltaLog) -> None:
    """The answer names run, attempt, rows, absolute files and the version."""
    token = claim(log, [JULY_4], "first")[JULY_4]
    files = [stage(log, JULY_4, "first", [0.2, 0.3], name="b"), stage(log, JULY_4, "first", [0.4], name="a")]
    live = publish_date(log, day=JULY_4, run_id="first", attempt="a1", token=token, files=files, metadata={"model_version": "7"})
    assert (live.day, live.run_id, live.attempt, live.rows, live.version) == (JULY_4, "first", "a1", 3, 2)
    assert live.files == (files[1].uri, files[0].uri)
    assert all(Path(uri).is_absolute() for uri in live.files)
    newest = history.commits(log, JULY_4)[0]
    assert (newest.action, newest.rows, newest.dates) == (Action.PUBLISH, 3, (JULY_4,))


def test_of_two_stale_writers_of_a_new_date_one_is_live(log: DeltaLog) -> None:
    """Two writers that both loaded the log before either committed end with one run's rows, not with both."""
    early = claim(log, [JULY_4], "early")
    late = claim(log, [JULY_4], "late")
    writers = {name: opened(DeltaLog, log.uri) for name in ("early", "late")}
    files = {name: [stage(log, JULY_4, name, [score])] for name, score in (("early", 0.1), ("late", 0.9))}
    publish(writers["late"], JULY_4, "late", late[JULY_4], files["late"])
    with pytest.raises(Superseded):
        publish(writers["early"], JULY_4, "early", early[JULY_4], files["early"])
    assert scores_of(log.uri) == {JULY_4: [0.9]}


def test_a_publish_carries_its_token_into_the_log(log: DeltaLog) -> None:
    """The commit itself names the date's token, so that no store or writer can slip one of the same date in between."""
    claim(log, [JULY_4], "old")
    token = claim(log, [JULY_4], "run")[JULY_4]
    live = publish(log, JULY_4, "run", token, [stage(log, JULY_4, "run", [0.1])])
    entry = Path(log.uri, "_delta_log", f"{live.version:020}.json").read_text().splitlines()
    transactions = [json.loads(line)["txn"] for line in entry if "txn" in json.loads(line)]
    assert [(each["appId"], each["version"]) for each in transactions] == [("predictions/2013-07-04", 2)]


def test_racing_attempts_under_one_token_commit_once(log: DeltaLog) -> None:
    """Four attempts of one run that publish at once all get the same answer: the one commit that landed."""
    token = claim(log, [JULY_4], "run")[JULY_4]
    staged = {name: [stage(log, JULY_4, "run", [0.5], attempt=name)] for name in "abcd"}
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda name: publish(opened(DeltaLog, log.uri), JULY_4, "run", token, staged[name], name), "abcd")
        )
    log.reload()
    assert len(set(answers)) == 1
    assert [commit.action for commit in history.commits(log, JULY_4)] == ["publish", "claim"]
    assert scores_of(log.uri) == {JULY_4: [0.5]}


def test_a_stale_token_is_superseded_by_name(log: DeltaLog) -> None:
    """A run whose date was claimed since learns which run did, and readers keep what they had."""
    old = claim(log, [JULY_4], "old")
    claim(log, [JULY_4], "newer")
    with pytest.raises(Superseded, match=r"run newer claimed the date later \(token 2, ours is 1\)"):
        publish(log, JULY_4, "old", old[JULY_4], [stage(log, JULY_4, "old", [0.1])])
    assert scores_of(log.uri) == {}


def test_a_claim_between_reload_and_commit_fences_the_commit(log: DeltaLog) -> None:
    """A claim that lands after the token was checked makes the commit fail, although nothing else changed."""
    writer = opened(Interrupted, log.uri)
    old = claim(log, [JULY_4], "old")
    writer.before = lambda: claim(opened(DeltaLog, log.uri), [JULY_4], "newer")
    with pytest.raises(Superseded, match="run newer"):
        publish(writer, JULY_4, "old", old[JULY_4], [stage(log, JULY_4, "old", [0.1])])
    assert writer.tries == 1
    assert scores_of(log.uri) == {}


def test_another_dates_commit_in_between_only_delays(log: DeltaLog) -> None:
    """A commit of another date between reload and commit costs one more try."""
    writer = opened(Interrupted, log.uri)
    tokens = claim(log, [JULY_4, JULY_5], "run")
    other = [stage(log, JULY_5, "run", [0.5])]
    writer.before = lambda: publish(opened(DeltaLog, log.uri), JULY_5, "run", tokens[JULY_5], other)
    publish(writer, JULY_4, "run", tokens[JULY_4], [stage(log, JULY_4, "run", [0.4])])
    assert writer.tries == 2
    assert scores_of(log.uri) == {JULY_4: [0.4], JULY_5: [0.5]}


def _publish_in_a_process(uri: str, day: date) -> int:
    log = opened(DeltaLog, uri)
    run_id = f"run-{day}"
    token = claim(log, [day], run_id)[day]
    return publish(log, day, run_id, token, [stage(log, day, run_id, [0.25, 0.75])]).version


def test_processes_that_publish_different_dates_all_land(log: DeltaLog) -> None:
    """Six dates, claimed and published by processes at the same time, are all live, each in a version of its own."""
    days = [JULY_4 + timedelta(days=offset) for offset in range(6)]
    with get_context("spawn").Pool(3) as pool:
        versions = pool.starmap(_publish_in_a_process, [(log.uri, day) for day in days])
    log.reload()
    assert len(set(versions)) == 6
    assert log.version == 12
    assert scores_of(log.uri) == {day: [0.25, 0.75] for day in days}


@pytest.mark.parametrize("error", [OSError("reset"), RuntimeError("anything")])
def test_a_lost_acknowledgement_is_a_success(log: DeltaLog, error: Exception) -> None:
    """Whatever the store reports after the commit landed, the date is published, once."""
    writer = opened(Interrupted, log.uri)
    token = claim(log, [JULY_4], "run")[JULY_4]
    writer.after = lambda: _raise(error)
    live = publish(writer, JULY_4, "run", token, [stage(log, JULY_4, "run", [0.4])])
    assert (live.rows, writer.tries) == (1, 1)
    assert scores_of(log.uri) == {JULY_4: [0.4]}


def test_a_lost_acknowledgement_followed_by_a_newer_run_is_still_a_success(log: DeltaLog) -> None:
    """A commit that landed, was not acknowledged and was then replaced was published; the newer run stays live."""
    writer = opened(Interrupted, log.uri)
    token = claim(log, [JULY_4], "old")[JULY_4]
    newer = [stage(log, JULY_4, "newer", [0.9])]

    def replace_then_fail() -> None:
        other = opened(DeltaLog, log.uri)
        publish(other, JULY_4, "newer", claim(other, [JULY_4], "newer")[JULY_4], newer)
        raise OSError("timeout")

    writer.after = replace_then_fail
    file = stage(log, JULY_4, "old", [0.1])
    live = publish(writer, JULY_4, "old", token, [file])
    assert (live.run_id, live.files, live.version) == ("old", (file.uri,), 2)
    assert scores_of(log.uri) == {JULY_4: [0.9]}


def test_an_error_that_hides_nothing_is_tried_again(log: DeltaLog) -> None:
    """A store that fails before the commit lands, once, costs one more try."""
    writer = opened(Interrupted, log.uri)
    token = claim(log, [JULY_4], "run")[JULY_4]
    writer.before = lambda: _raise(OSError("503"))
    publish(writer, JULY_4, "run", token, [stage(log, JULY_4, "run", [0.4])])
    assert writer.tries == 2
    assert scores_of(log.uri) == {JULY_4: [0.4]}


def test_giving_up_changes_nothing_and_a_retry_succeeds(log: DeltaLog) -> None:
    """While the store fails, the old version stays and the staged files too; afterwards a plain retry publishes them."""

    class Down(DeltaLog):
        def commit(self, change: Change) -> None:
            raise OSError("No space left on device")

    token = claim(log, [JULY_4], "run")[JULY_4]
    files = [stage(log, JULY_4, "run", [0.4])]
    with pytest.raises(StoreBusy, match="No space left"):
        publish(opened(Down, log.uri), JULY_4, "run", token, files)
    assert scores_of(log.uri) == {}
    publish(log, JULY_4, "run", token, files)
    assert scores_of(log.uri) == {JULY_4: [0.4]}


def test_a_log_that_never_rests_ends_as_busy(log: DeltaLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """A writer that meets another commit every time gives up after 40 tries."""

    class Crowded(DeltaLog):
        tries = 0

        def commit(self, change: Change) -> None:
            self.tries += 1
            claim(opened(DeltaLog, self.uri), [JULY_5], f"other-{self.tries}")
            super().commit(change)

    crowded = opened(Crowded, log.uri)
    monkeypatch.setattr(retry, "LONGEST_PAUSE", 0.0)
    token = claim(log, [JULY_4], "run")[JULY_4]
    with pytest.raises(StoreBusy, match="lost against other writers 40 times"):
        publish(crowded, JULY_4, "run", token, [])
    assert crowded.tries == 40


def test_publishing_again_is_answered_from_the_log(log: DeltaLog) -> None:
    """A retried publish returns the first answer and commits nothing."""
    token = claim(log, [JULY_4], "run")[JULY_4]
    files = [stage(log, JULY_4, "run", [0.4])]
    first = publish(log, JULY_4, "run", token, files)
    assert publish(opened(DeltaLog, log.uri), JULY_4, "run", token, files) == first
    log.reload()
    assert log.version == first.version


def test_an_empty_date_is_live_without_rows(log: DeltaLog) -> None:
    """A commit without files makes a date live with 0 rows, and takes away the rows it had."""
    first = claim(log, [JULY_3, JULY_4], "first")
    publish(log, JULY_3, "first", first[JULY_3], [])
    publish(log, JULY_4, "first", first[JULY_4], [stage(log, JULY_4, "first", [0.1])])
    second = claim(log, [JULY_4], "second")
    publish(log, JULY_4, "second", second[JULY_4], [])
    assert scores_of(log.uri) == {}
    assert [(live.day, live.run_id, live.rows, live.files) for live in history.published(log)] == [
        (JULY_3, "first", 0, ()),
        (JULY_4, "second", 0, ()),
    ]


def test_files_of_another_date_or_folder_are_refused(log: DeltaLog) -> None:
    """Neither a file of another date nor one that another attempt staged can be published."""
    token = claim(log, [JULY_4], "run")[JULY_4]
    with pytest.raises(BadOutput, match="holds 2013-07-05"):
        publish(log, JULY_4, "run", token, [stage(log, JULY_5, "run", [0.1])])
    with pytest.raises(UsageError, match="was not staged in"):
        publish(log, JULY_4, "run", token, [stage(log, JULY_4, "run", [0.1], attempt="zombie")])
    assert scores_of(log.uri) == {}


def test_a_file_that_vanished_is_refused_by_name(log: DeltaLog) -> None:
    """A staged file that is gone stops the publish before the log is touched."""
    token = claim(log, [JULY_4], "run")[JULY_4]
    file = stage(log, JULY_4, "run", [0.1])
    Path(file.uri).unlink()
    with pytest.raises(BadOutput, match=r"part-0\.parquet is missing"):
        publish(log, JULY_4, "run", token, [file])
    log.reload()
    assert log.version == 1


def test_files_folders_and_the_log_entry_reach_the_disk(log: DeltaLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the commit the file and every folder below the table are forced to disk; after it, the log entry and its folder."""
    token = claim(log, [JULY_4], "run")[JULY_4]
    file = stage(log, JULY_4, "run", [0.1])
    synced: list[str] = []
    real = os.fsync

    def spy(descriptor: int) -> None:
        synced.append(str(Path(f"/proc/self/fd/{descriptor}").readlink()).removeprefix(log.uri))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", spy)
    writer = opened(Interrupted, log.uri)
    writer.before = lambda: synced.append("commit")
    publish(writer, JULY_4, "run", token, [file])
    assert synced == [
        "/runs/run/a1/2013-07-04/part-0.parquet",
        "/runs/run/a1/2013-07-04",
        "/runs/run/a1",
        "/runs/run",
        "/runs",
        "",
        "commit",
        "/_delta_log/00000000000000000002.json",
        "/_delta_log",
        "/_delta_log/00000000000000000002.json",
        "/_delta_log",
    ]
