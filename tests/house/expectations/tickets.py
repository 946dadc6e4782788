"""What tickets demands of its input and of its predictions."""

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from overnight.validation.batch import Batch


def tickets(batch: Batch) -> list[Expectation]:
    """Tickets of a day."""
    return [
        gxe.ExpectColumnValuesToBeUnique(column="ticket_id"),
        gxe.ExpectColumnValuesToBeInSet(column="channel", value_set=["mail", "phone", "chat"], severity="warning"),
    ]


def predictions(batch: Batch) -> list[Expectation]:
    """Decisions about to be published."""
    return [gxe.ExpectColumnValuesToBeInSet(column="decision", value_set=["billing", "outage", "sales"])]
