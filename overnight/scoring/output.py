"""The predictions table: which columns a task's scores have, in which types."""

import pyarrow as pa

from overnight.features.contract import FeatureContract
from overnight.features.history import TARGET_DATE
from overnight.scoring.bundle import ModelCard
from overnight.spec import Task

SCORE = "score"
DECISION = "decision"
PROBABILITIES = "probabilities"


def predictions_schema(contract: FeatureContract, card: ModelCard) -> pa.Schema:
    """The columns of a pipeline's predictions.

    `score` is a probability (of the second class; of the decision, if there are many) or a number. `decision` is a
    boolean for binary tasks with a threshold, a class for multiclass; `probabilities` follow the card's classes.
    """
    decided = {
        Task.BINARY: [pa.field(DECISION, pa.bool_())] if card.decision_threshold is not None else [],
        Task.MULTICLASS: [pa.field(DECISION, pa.string()), pa.field(PROBABILITIES, pa.list_(pa.field("element", pa.float64())))],
        Task.REGRESSION: [],
    }
    return pa.schema(
        [
            *contract.key_fields(),
            pa.field(TARGET_DATE, pa.date32()),
            pa.field(SCORE, pa.float64()),
            *decided[card.task],
            pa.field("model_name", pa.string()),
            pa.field("model_version", pa.string()),
            pa.field("run_id", pa.string()),
            pa.field("scored_at", pa.timestamp("us", tz="UTC")),
        ]
    )


def score_columns(card: ModelCard) -> tuple[str, ...]:
    """The output columns whose distribution is profiled and watched for drift."""
    return (SCORE, DECISION) if card.task is Task.MULTICLASS else (SCORE,)
