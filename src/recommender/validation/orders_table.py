"""The snapshot's orders as a table in DuckDB: on disk, not in memory, so that ten million lines need not fit."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import ibis

from recommender.validation.rule import Lines

MEMORY = "1GB"
"""DuckDB's own; what does not fit is put on disk. The rest of the step needs some 300 MB."""


@contextmanager
def opened() -> Generator[Any]:
    """Open a database for one validation; what it put on disk goes when it closes."""
    with TemporaryDirectory(prefix="validation-") as scratch:
        backend: Any = ibis.duckdb.connect(
            threads=2, memory_limit=MEMORY, temp_directory=scratch, preserve_insertion_order=False
        )
        try:
            yield backend
        finally:
            backend.disconnect()


def read_lines(backend: Any, orders: Path) -> Lines:
    """Return the orders with `position`, their place in the file from 0; the view is named `lines`."""
    lines = backend.read_parquet(str(orders), file_row_number=True).rename(position="file_row_number")
    backend.create_view("lines", lines, overwrite=True)
    return backend.table("lines")


def query(backend: Any, sql: str) -> list[tuple[Any, ...]]:
    """Return all rows of a query; a result that is not read to its end blocks the connection."""
    return backend.con.execute(sql).fetchall()
