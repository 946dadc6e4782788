"""Reopening a published run: a stage that is executed again gets a run of its own, since a run commits a date once."""

from overnight.errors import ConfigurationError
from overnight.publishing.claim import claim
from overnight.publishing.delta import DeltaLog
from overnight.runs.run import Run, new_run_id


def reopen(run: Run) -> Run:
    """A new run over the same dates, model and inputs, under new claims.

    Raises:
        ConfigurationError: the table that the run was published to is gone.
    """
    uri = run.lake.table(run.pipeline, "predictions")
    table = DeltaLog.open(uri)
    if table is None:
        raise ConfigurationError(f"Run {run.run_id} was published to {uri}, where there is no table any more. Open a new run.")
    run_id = new_run_id()
    return run.reopened(run_id, claim(table, run.dates, run_id))
