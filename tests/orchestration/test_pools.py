"""Nightly runs and backfills wait in pools of their own."""

import json
from types import SimpleNamespace

import pytest

from overnight.orchestration.pools import BACKFILL, NIGHTLY, task_instance_mutation_hook
from overnight.settings import ROOT


def test_the_file_to_import_defines_both_pools():
    """`airflow pools import` creates exactly the pools that tasks name, and waiting for input takes no slot."""
    pools = json.loads((ROOT / "overnight/orchestration/pools.json").read_text())
    assert set(pools) == {NIGHTLY, BACKFILL}
    assert all(pool["slots"] >= 1 and pool["include_deferred"] is False for pool in pools.values())


@pytest.mark.parametrize(
    ("pool", "run_type", "expected"),
    [
        (NIGHTLY, "backfill", BACKFILL),
        (NIGHTLY, "scheduled", NIGHTLY),
        (NIGHTLY, "manual", NIGHTLY),
        ("default_pool", "backfill", "default_pool"),
    ],
)
def test_backfills_move_to_their_pool(pool, run_type, expected):
    """Only this project's tasks, and only those of a backfill, change pools."""
    task = SimpleNamespace(pool=pool)
    task_instance_mutation_hook(task, SimpleNamespace(run_type=run_type))
    assert task.pool == expected


def test_a_task_without_a_run_keeps_its_pool():
    """Airflow also calls the policy before a task belongs to a run."""
    task = SimpleNamespace(pool=NIGHTLY)
    task_instance_mutation_hook(task, None)
    assert task.pool == NIGHTLY
