"""Which Great Expectations suite a source has: the function of its name in the pipeline's `expectations/` module."""

from collections.abc import Callable, Sequence

from great_expectations.expectations.expectation import Expectation

from overnight import catalog
from overnight.spec import Pipeline
from overnight.validation.batch import Batch

Suite = Callable[[Batch], Sequence[Expectation]]


def suite_of(pipeline: Pipeline, name: str) -> Suite:
    """The suite for a source or for `predictions`; one that expects nothing when the module has none of that name."""
    suite: Suite = getattr(catalog.module("expectations", pipeline.name), name, _nothing)
    return suite


def _nothing(_: Batch) -> Sequence[Expectation]:
    return ()
