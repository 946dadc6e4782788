"""What every scoring engine can do: turn a batch of features into scores."""

from typing import Protocol

import pyarrow as pa

from overnight.scoring.bundle import Bundle


class Engine(Protocol):
    """Scores batches with one model. Built once per process, used for many batches, by one thread."""

    def predict(self, features: pa.Table) -> dict[str, pa.Array]:
        """The columns `score` and, where the task has them, `decision` and `probabilities`, one value per row."""
        ...


class EngineFactory(Protocol):
    """Builds the engine of a bundle."""

    def __call__(self, bundle: Bundle) -> Engine:
        """The engine, ready to predict."""
        ...
