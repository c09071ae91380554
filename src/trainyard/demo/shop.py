"""The shop of the demonstration: its orders lie in a database, as any shop's do; a DuckDB file needs no server."""

from pathlib import Path

import duckdb
import pyarrow as pa

from trainyard.data.columns import COLUMNS
from trainyard.data.databases import KEY, TABLE
from trainyard.data.reading import read_orders_file


def open_shop(orders: Path, file: Path) -> Path:
    """Write a file of orders into a database, one numbered row an order line, and return the database's path.

    Args:
        orders: Parquet or CSV.
        file: of the database; one that is there is replaced.

    Raises:
        UsageError: `orders` cannot be read.
    """
    file.parent.mkdir(parents=True, exist_ok=True)
    lines = read_orders_file(orders)
    numbered = lines.add_column(0, KEY, pa.array(range(1, lines.num_rows + 1)))
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as database:
        database.register("numbered", numbered)
        names = ", ".join((KEY, *(column.name for column in COLUMNS)))
        database.execute(f"CREATE TABLE {TABLE} AS SELECT {names} FROM numbered")
        database.execute(f"ALTER TABLE {TABLE} ADD PRIMARY KEY ({KEY})")
    return file


def frequent_customers(orders: Path, count: int = 500) -> list[int]:
    """Return the ids of those with the most order lines, the most frequent first.

    Raises:
        UsageError: the file or database of orders cannot be read.
    """
    column = read_orders_file(orders)["customer_id"].drop_null()
    counts = sorted(column.value_counts().to_pylist(), key=lambda row: (-row["counts"], row["values"]))
    return [int(row["values"]) for row in counts[:count]]
