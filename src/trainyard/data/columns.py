"""The columns that a file of orders must have, and what they may hold."""

from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa

_TypeTest = Callable[[pa.DataType], bool]


def _text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def _number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)


def _code(kind: pa.DataType) -> bool:
    # Invoices and products are numbers in most rows, so a CSV or a spreadsheet's export may well type them so.
    return _text(kind) or pa.types.is_integer(kind)


def _time(kind: pa.DataType) -> bool:
    return pa.types.is_timestamp(kind) or pa.types.is_date(kind)


@dataclass(frozen=True)
class Column:
    """One column: its name, what it holds in words, and the test of its type."""

    name: str
    holds: str
    accepts: _TypeTest


COLUMNS = (
    Column("invoice_no", "text", _code),
    Column("stock_code", "text", _code),
    Column("description", "text", _text),
    Column("quantity", "whole numbers", _number),
    Column("invoice_date", "times", _time),
    Column("unit_price", "numbers", _number),
    Column("customer_id", "whole numbers", _number),
    Column("country", "text", _text),
)
