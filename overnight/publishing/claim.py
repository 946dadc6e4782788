"""Claiming dates: one commit without files, from which on every earlier run is fenced off them."""

from collections.abc import Sequence
from datetime import date

from overnight.errors import StoreBusy
from overnight.publishing.retry import attempts
from overnight.publishing.table import Action, Change, Conflict, TableLog, application


def claim(log: TableLog, days: Sequence[date], run_id: str) -> dict[date, int]:
    """Claim dates for a run, and return the token of each.

    A token that were only read would not fence: an older run could still commit first. So the claim is a commit.

    Raises:
        StoreBusy: other writers kept winning.
    """
    for _ in attempts(f"Claiming {len(days)} date(s) for run {run_id}"):
        log.reload()
        tokens = {day: log.token(application(day)) + 1 for day in days}
        note = {"action": Action.CLAIM, "run_id": run_id, "dates": [day.isoformat() for day in days]}
        try:
            log.commit(Change(tokens={application(day): token for day, token in tokens.items()}, note=note))
        except Conflict:
            continue
        return tokens
    raise StoreBusy("unreachable")
