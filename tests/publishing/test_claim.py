"""Claims: one commit for all dates, tokens that only grow, and what becomes of them when the store misbehaves."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from overnight.errors import StoreBusy
from overnight.publishing import history
from overnight.publishing.claim import claim
from overnight.publishing.delta import DeltaLog
from overnight.publishing.table import Change

from .staging import JULY_3, JULY_4, JULY_5, opened


def test_all_dates_of_a_run_are_claimed_in_one_commit(log: DeltaLog) -> None:
    """A backfill of 336 dates claims them with a single log entry, and every token is 1."""
    days = [JULY_4 + timedelta(days=offset) for offset in range(336)]
    tokens = claim(log, days, "backfill")
    log.reload()
    assert tokens == dict.fromkeys(days, 1)
    assert log.version == 1


def test_tokens_count_claims_per_date(log: DeltaLog) -> None:
    """A date that was claimed before gets the next token, one that was not gets 1."""
    claim(log, [JULY_3, JULY_4], "first")
    assert claim(log, [JULY_5, JULY_4, JULY_4], "second") == {JULY_4: 2, JULY_5: 1}


def test_claiming_adds_no_rows_and_publishes_nothing(log: DeltaLog) -> None:
    """A claimed date is still absent to readers, while the log names its claimant."""
    claim(log, [JULY_4], "first")
    log.reload()
    assert log.files() == []
    assert history.live(log, JULY_4) is None
    assert history.claimed_by(log, JULY_4) == "first"
    assert history.claimed_by(log, JULY_5) is None


def test_no_dates_are_claimed_without_a_commit(log: DeltaLog) -> None:
    """A run without dates leaves the log as it is."""
    assert claim(log, [], "idle") == {}
    log.reload()
    assert log.version == 0


def test_racing_claims_all_get_tokens_of_their_own(log: DeltaLog) -> None:
    """Six runs that claim the same date at once hold the tokens 1 to 6, and the last commit is the current claimant."""

    def run(number: int) -> tuple[int, str]:
        return claim(opened(DeltaLog, log.uri), [JULY_4], f"run-{number}")[JULY_4], f"run-{number}"

    with ThreadPoolExecutor(6) as pool:
        tokens = sorted(pool.map(run, range(6)))
    log.reload()
    assert [token for token, _ in tokens] == [1, 2, 3, 4, 5, 6]
    assert history.claimed_by(log, JULY_4) == tokens[-1][1]


def test_a_claim_whose_acknowledgement_got_lost_is_found(log: DeltaLog) -> None:
    """The store reports an error although the claim landed: its token is returned, and there is no second claim."""

    class Forgetful(DeltaLog):
        def commit(self, change: Change) -> None:
            super().commit(change)
            raise OSError("connection reset")

    assert claim(opened(Forgetful, log.uri), [JULY_4], "first") == {JULY_4: 1}
    log.reload()
    assert log.version == 1


def test_a_store_that_keeps_failing_is_reported_as_busy(log: DeltaLog) -> None:
    """After three errors the claim gives up with the exit code that means: try again later."""

    class Down(DeltaLog):
        tries = 0

        def commit(self, change: Change) -> None:
            self.tries += 1
            raise OSError("503 Slow Down")

    down = opened(Down, log.uri)
    with pytest.raises(StoreBusy, match="503 Slow Down"):
        claim(down, [JULY_4], "first")
    assert down.tries == 3


def test_a_mistake_of_ours_is_not_retried(log: DeltaLog) -> None:
    """An error that is neither the store's nor a conflict surfaces as it is, at once."""

    class Broken(DeltaLog):
        tries = 0

        def commit(self, change: Change) -> None:
            self.tries += 1
            raise TypeError("not JSON")

    broken = opened(Broken, log.uri)
    with pytest.raises(TypeError, match="not JSON"):
        claim(broken, [JULY_4], "first")
    assert broken.tries == 1


def test_a_log_that_cannot_be_read_is_tried_again(log: DeltaLog) -> None:
    """Two failed reads do not stop a claim; a third does."""

    class Flaky(DeltaLog):
        failures = 2

        def reload(self) -> None:
            if self.failures:
                self.failures -= 1
                raise OSError("stalled")
            super().reload()

    assert claim(opened(Flaky, log.uri), [JULY_4], "first") == {JULY_4: 1}
    stalled = opened(Flaky, log.uri)
    stalled.failures = 3
    with pytest.raises(StoreBusy, match="stalled"):
        claim(stalled, [JULY_4], "second")
