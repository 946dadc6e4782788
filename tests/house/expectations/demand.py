"""What demand demands of its input: stores and items that exist, each once, and sales that can be."""

import great_expectations.expectations as gxe
from great_expectations.expectations.expectation import Expectation

from overnight.validation.batch import Batch


def assortment(batch: Batch) -> list[Expectation]:
    """Items on offer."""
    return [
        gxe.ExpectTableColumnsToMatchSet(column_set=["store", "item", "promoted"], exact_match=False),
        gxe.ExpectCompoundColumnsToBeUnique(column_list=["store", "item"]),
        gxe.ExpectColumnValuesToBeBetween(column="item", min_value=1, severity="warning"),
    ]


def sales(batch: Batch) -> list[Expectation]:
    """Units sold."""
    return [gxe.ExpectColumnValuesToBeBetween(column="units", min_value=0, severity="warning")]
