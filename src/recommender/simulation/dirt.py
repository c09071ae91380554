"""Dirt: what makes real orders real. Each kind in about its share of the Online Retail set."""

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute

from recommender.orders import SCHEMA

pc: Any = pyarrow.compute  # its functions are generated at import: type checkers see none

NO_CUSTOMER = 0.2
RETURNS = 0.02
FREE = 0.006
NO_PRODUCTS = 0.006
DUPLICATES = 0.008
NO_DESCRIPTION = 0.003
LOWER_CASE = 0.01


def soil(random: np.random.Generator, orders: pa.Table) -> pa.Table:
    """Return the orders with returns, free lines, postage, duplicates and gaps, in order of time."""
    orders = _without_customer(random, orders)
    orders = _changed(random, orders, "unit_price", FREE, pa.scalar(0.0))
    orders = _changed(random, orders, "description", NO_DESCRIPTION, pa.scalar(None, pa.string()))
    orders = _lower_case(random, orders)
    returned = _sample(random, orders, RETURNS)
    returned = _replace(returned, "invoice_no", pc.binary_join_element_wise("C", returned["invoice_no"], ""))
    returned = _replace(returned, "quantity", pc.negate(returned["quantity"]))
    postage = _sample(random, orders, NO_PRODUCTS)
    postage = _replace(postage, "stock_code", pa.repeat("POST", postage.num_rows))
    postage = _replace(postage, "description", pa.repeat("POSTAGE", postage.num_rows))
    together = pa.concat_tables([orders, returned, postage, _sample(random, orders, DUPLICATES)])
    return together.sort_by([("invoice_date", "ascending"), ("invoice_no", "ascending"), ("stock_code", "ascending")])


def _without_customer(random: np.random.Generator, orders: pa.Table) -> pa.Table:
    invoices = pc.unique(orders["invoice_no"]).to_numpy(zero_copy_only=False)
    anonymous = pc.is_in(orders["invoice_no"], pa.array(invoices[random.random(len(invoices)) < NO_CUSTOMER]))
    return _replace(orders, "customer_id", pc.if_else(anonymous, pa.scalar(None, pa.int64()), orders["customer_id"]))


def _lower_case(random: np.random.Generator, orders: pa.Table) -> pa.Table:
    chosen = pa.array(random.random(orders.num_rows) < LOWER_CASE)
    codes = orders["stock_code"]
    return _replace(orders, "stock_code", pc.if_else(chosen, pc.utf8_lower(codes), codes))


def _changed(random: np.random.Generator, orders: pa.Table, column: str, share: float, value: pa.Scalar) -> pa.Table:
    chosen = pa.array(random.random(orders.num_rows) < share)
    return _replace(orders, column, pc.if_else(chosen, value, orders[column]))


def _sample(random: np.random.Generator, orders: pa.Table, share: float) -> pa.Table:
    return orders.filter(pa.array(random.random(orders.num_rows) < share))


def _replace(orders: pa.Table, column: str, values: pa.ChunkedArray | pa.Array) -> pa.Table:
    at = SCHEMA.get_field_index(column)
    return orders.set_column(at, SCHEMA.field(at), values)
