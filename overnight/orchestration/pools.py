"""The pools that keep nightly runs and backfills from crowding each other out.

`airflow pools import overnight/orchestration/pools.json` creates both.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from airflow.models.dagrun import DagRun
    from airflow.models.taskinstance import TaskInstance

NIGHTLY = "overnight_nightly"
BACKFILL = "overnight_backfill"


def task_instance_mutation_hook(task_instance: "TaskInstance", dag_run: "DagRun | None") -> None:
    """Airflow's cluster policy: tasks of a backfill wait in a pool of their own.

    A task's pool is fixed when its DAG is parsed; only this hook knows what kind of run it belongs to.
    """
    if dag_run is not None and dag_run.run_type == "backfill" and task_instance.pool == NIGHTLY:
        task_instance.pool = BACKFILL
