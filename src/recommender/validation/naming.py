"""How a row is named, so that a person finds it."""

from collections.abc import Mapping
from typing import Any


def name_line(line: Mapping[str, Any], column: str) -> str:
    """Name a row: counted from 1, with invoice and stock code, and what is in the column concerned."""
    row, invoice, code = line["position"] + 1, line["invoice_no"], line["stock_code"]
    return f"row {row} (invoice {invoice}, stock code {code}): {column} = {line[column]}"
