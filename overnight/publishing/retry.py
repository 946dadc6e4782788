"""Trying again when the log has moved: bounded, with jitter, so that writers of different dates let each other through."""

import random
import time
from collections.abc import Iterator

from overnight.errors import StoreBusy

ATTEMPTS = 30
LONGEST_PAUSE = 1.0


def attempts(what: str) -> Iterator[int]:
    """Count tries, pausing longer before each; raises StoreBusy when they are used up."""
    for number in range(ATTEMPTS):
        if number:
            time.sleep(random.uniform(0, min(LONGEST_PAUSE, 0.02 * 2**number)))  # noqa: S311  # jitter, no secret
        yield number
    raise StoreBusy(f"{what} lost against other writers {ATTEMPTS} times. Nothing was changed; try again.")
