"""Committing when others commit too: reload, look whether it is done, commit, and look again whatever was answered."""

import random
import time
from collections.abc import Callable
from typing import TypeVar

from overnight.errors import StoreBusy
from overnight.publishing.table import Change, Conflict, TableLog

Seen = TypeVar("Seen")

ATTEMPTS = 40
FAILURES = 3
LONGEST_PAUSE = 1.0


def commit_until_seen(log: TableLog, what: str, look: Callable[[], Seen | None], offer: Callable[[], Change]) -> Seen:
    """Commit what `offer` makes of the newest version until `look` sees it in the log, and return what it saw.

    No error of the store is believed, since an acknowledgement can get lost after the commit has landed; nor is a
    success, which is looked up like everything else.

    Raises:
        StoreBusy: other writers kept winning, or the store kept failing. Nothing was cleaned up; a retry looks first.
    """
    failures = 0
    for number in range(ATTEMPTS):
        if (seen := _look(log, what, look)) is not None:
            return seen
        change = offer()
        try:
            log.commit(change)
        except Conflict:
            pause(number)
        except Exception as error:
            pause(number)
            if (seen := _look(log, what, look)) is not None:
                return seen
            failures += 1
            # Anything but the store's own errors is a mistake of ours, and would only repeat itself.
            if not isinstance(error, OSError):
                raise
            if failures == FAILURES:
                raise StoreBusy(f"{what} failed: {error}. Nothing was changed; try again later.") from error
    raise StoreBusy(f"{what} lost against other writers {ATTEMPTS} times. Nothing was changed; try again.")


def pause(number: int) -> None:
    """Sleep for a random time of up to 20 ms, doubled with every try, at most 1 s; the jitter parts those who collided."""
    time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.02 * 2**number)))  # noqa: S311  # jitter, no secret


def _look(log: TableLog, what: str, look: Callable[[], Seen | None]) -> Seen | None:
    for number in range(FAILURES):
        try:
            log.reload()
            return look()
        except OSError as error:
            failure = error
            pause(number)
    raise StoreBusy(
        f"{what}: the log cannot be read: {failure}. Whether it was done is unknown; a retry looks first."
    ) from failure
