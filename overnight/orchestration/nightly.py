"""The nightly DAG of a pipeline: wait for input, open a run, then the five stages in order."""

from airflow.sdk import DAG, CronPartitionTimetable, Param, chain

from overnight.orchestration import tasks
from overnight.orchestration.sensor import WaitForInput
from overnight.spec import Pipeline
from overnight.stages import Stage

# The cron stays at midnight: with any other, a date that is triggered by hand gets another partition than the scheduled one.
MIDNIGHT = "0 0 * * *"

DOC = """\
### {name}: {description}

Each run scores one target date, its partition key (`YYYY-MM-DD`), {days} day(s) after that date has begun in {timezone}.

| task | what it does |
|---|---|
| `wait_for_input` | waits up to {deadline} for the date's input, holding no worker |
| `open_run` | fixes date, model version and input files; skips the rest when the date is current |
| `validate` | Great Expectations over what the run reads; bad rows to quarantine, a bad batch stops here |
| `build_features` | the same feature code that built the training set |
| `score` | scores every row of the date |
| `publish` | audits the scores, then makes them the ones that readers see, in one commit |
| `report_drift` | drift and data-quality report |

Bad data is not retried. A failed task's log ends with what it means and what to do.
To score a current date again, trigger its key with `force`.
"""


def nightly(pipeline: Pipeline) -> DAG:
    """The DAG `nightly_<pipeline>`; its runs are partitioned by target date."""
    after = pipeline.schedule.run_after_days
    with DAG(
        dag_id=f"nightly_{pipeline.name}",
        description=pipeline.description,
        schedule=CronPartitionTimetable(MIDNIGHT, timezone=pipeline.cut_off.timezone, run_offset=-after, key_format="%Y-%m-%d"),
        catchup=False,
        # One run may wait for late input while another date is scored again.
        max_active_runs=2,
        params={"force": Param(False, type="boolean", description="Score the date again although it is current.")},
        default_args={**tasks.DEFAULT_ARGS, "owner": pipeline.owner},
        tags={"overnight", "nightly", pipeline.name},
        doc_md=DOC.format(
            name=pipeline.name,
            description=pipeline.description,
            days=after,
            timezone=pipeline.cut_off.timezone,
            deadline=pipeline.schedule.input_deadline,
        ),
    ) as dag:
        wait = WaitForInput(task_id="wait_for_input", pipeline=pipeline.name, target_date=tasks.TARGET_DATE)
        opened = tasks.open_run(pipeline.name)
        chain(wait, opened, *(tasks.stage(step, pipeline.name, opened.output) for step in Stage))
    return dag
