"""Engines: what runs the expressions. DuckDB on one machine; Spark, in `spark.py`, where the data needs several."""

from pathlib import Path
from typing import Any, Protocol

import duckdb
import ibis
import numpy as np
import numpy.typing as npt
import pyarrow as pa
from ibis.expr.types import Table


class Engine(Protocol):
    """Runs expressions over named tables."""

    def table(self, name: str) -> Table:
        """Return a table by its name."""
        ...

    def read(self, name: str, parquet: Path) -> Table:
        """Name a Parquet file."""
        ...

    def keep(self, name: str, rows: Table) -> Table:
        """Compute rows once and keep them under a name, in place of what had it before."""
        ...

    def offer(self, name: str, rows: pa.Table) -> Table:
        """Name rows in memory, in place of what had the name before."""
        ...

    def fetch(self, rows: Table) -> pa.Table:
        """Compute rows into memory."""
        ...

    def write(self, rows: Table, parquet: Path) -> None:
        """Compute rows into a Parquet file, a part at a time."""
        ...


class DuckDb:
    """One machine.

    Args:
        database: holds the tables; `recommender.purchases.connect` opens one whose sums do not depend on threads.
    """

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        self._backend = ibis.duckdb.from_connection(database)

    def table(self, name: str) -> Table:
        """Return a table or view."""
        return self._backend.table(name)

    def read(self, name: str, parquet: Path) -> Table:
        """Name a Parquet file; it is read anew by each expression."""
        self._database.read_parquet(str(parquet)).create_view(name, replace=True)
        return self.table(name)

    def keep(self, name: str, rows: Table) -> Table:
        """Create a temporary table; under pressure DuckDB moves it to disk."""
        query = self._backend.compile(rows)
        self._database.execute(f"CREATE OR REPLACE TEMP TABLE {name} AS {query}")
        return self.table(name)

    def offer(self, name: str, rows: pa.Table) -> Table:
        """Name rows without a copy."""
        self._database.register(name, rows)
        return self.table(name)

    def fetch(self, rows: Table) -> pa.Table:
        """Compute rows into memory."""
        return self._backend.to_pyarrow(rows)

    def write(self, rows: Table, parquet: Path) -> None:
        """Compute rows into one file."""
        query = self._backend.compile(rows)
        self._database.execute(f"COPY ({query}) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd)")


def matrix(rows: pa.Table, names: tuple[str, ...]) -> npt.NDArray[np.float32]:
    """Return rows x names; missing values are NaN."""
    return np.column_stack([column(rows, name).astype(np.float32) for name in names])


def column(rows: pa.Table, name: str) -> npt.NDArray[Any]:
    """Return one column; missing numbers are NaN."""
    return rows[name].to_numpy()
