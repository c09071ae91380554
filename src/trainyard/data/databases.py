"""Orders in a file that is a database: what a shop without a server has. The Ingest step reads it the same way."""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from trainyard.data.columns import COLUMNS
from trainyard.errors import UsageError

TABLE, KEY = "order_lines", "line_id"
_COLUMNS = ", ".join(f'"{column.name}"' for column in COLUMNS)
_STATEMENT = f'SELECT {_COLUMNS} FROM {TABLE} ORDER BY "{KEY}"'


def read_database(path: Path) -> pa.Table:
    """Return the order lines of a file of SQLite or DuckDB.

    Raises:
        UsageError: it is no such file, or lacks the table, its key or a column.
    """
    try:
        return _duckdb(path) if path.suffix.lower() == ".duckdb" else _sqlite(path)
    except UsageError:
        raise
    except Exception as error:  # duckdb's own errors cannot be named where it is not installed
        raise UsageError(
            f"{path.name} cannot be read as a database of orders: {str(error).splitlines()[0]}",
            where=str(path),
            cure=f"It needs a table {TABLE} with the primary key {KEY} and the columns that docs/data.md lists",
        ) from error


def _sqlite(path: Path) -> pa.Table:
    with closing(sqlite3.connect(f"file:{path.absolute()}?mode=ro", uri=True)) as database:
        rows: Sequence[tuple[object, ...]] = database.execute(_STATEMENT).fetchall()
    names = [column.name for column in COLUMNS]
    table = pa.table({name: pa.array([row[at] for row in rows]) for at, name in enumerate(names)})
    at = names.index("invoice_date")
    # SQLite has no type for times: they are text.
    dated = table["invoice_date"].cast(pa.timestamp("us")) if rows else table["invoice_date"]
    return table.set_column(at, "invoice_date", dated)


def _duckdb(path: Path) -> pa.Table:
    try:
        import duckdb
    except ImportError as error:
        raise UsageError(
            "DuckDB is not installed here", where=str(path), cure="Install it with `pip install trainyard[recommender]`"
        ) from error
    with duckdb.connect(str(path), read_only=True) as database:
        return database.sql(_STATEMENT).to_arrow_table()
