"""The training DAG of a pipeline: on demand, one task."""

from airflow.sdk import DAG

from overnight.orchestration import tasks
from overnight.spec import Pipeline

DOC = """\
### {name}: train a model

Fits on {fit}, evaluates on {evaluate}, and registers the model as a new version, which becomes champion: runs that
open from then on score with it.
"""


def training(pipeline: Pipeline) -> DAG:
    """The DAG `training_<pipeline>`; runs only when triggered."""
    with DAG(
        dag_id=f"training_{pipeline.name}",
        description=f"Train {pipeline.name} on demand.",
        schedule=None,
        catchup=False,
        max_active_runs=1,
        default_args={**tasks.DEFAULT_ARGS, "owner": pipeline.owner},
        tags={"overnight", "training", pipeline.name},
        doc_md=DOC.format(name=pipeline.name, fit=pipeline.training.fit, evaluate=pipeline.training.evaluate),
    ) as dag:
        tasks.train(pipeline.name)
    return dag
