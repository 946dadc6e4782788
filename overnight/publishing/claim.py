"""Claiming dates: one commit without files, from which on every earlier run is fenced off them."""

import uuid
from collections.abc import Sequence
from datetime import date

from overnight.publishing.retry import commit_until_seen
from overnight.publishing.table import Action, Change, TableLog, application


def claim(log: TableLog, days: Sequence[date], run_id: str) -> dict[date, int]:
    """Claim dates for a run, and return the token of each.

    A token that were only read would not fence: an older run could still commit first. So the claim is a commit.

    Raises:
        StoreBusy: other writers kept winning, or the store kept failing.
    """
    dates = sorted(set(days))
    if not dates:
        return {}
    offered: dict[str, dict[date, int]] = {}

    def offer() -> Change:
        # Each try has a name of its own: the log tells which one landed, and only that one's tokens count.
        name = uuid.uuid4().hex
        offered[name] = {day: log.token(application(day)) + 1 for day in dates}
        return Change(
            tokens={application(day): token for day, token in offered[name].items()},
            note={"action": Action.CLAIM, "run_id": run_id, "attempt": name, "dates": [day.isoformat() for day in dates]},
        )

    def landed() -> dict[date, int] | None:
        return next((offered[commit.attempt] for commit in log.commits() if commit.attempt in offered), None) if offered else None

    return commit_until_seen(log, f"Claiming {len(dates)} date(s) for run {run_id}", landed, offer)
