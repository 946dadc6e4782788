"""Models score with one thread each, as they do on executors."""

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Threads of small models only wait for each other."""
    with threadpool_limits(1):
        yield
