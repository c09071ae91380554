"""A shop's database in a file, filled row by row, and what a history holds of it."""

import sqlite3
from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.ingest.history import fetch_increments
from recommender.ingest.manifest import Manifest
from recommender.ingest.store import Store

COLUMNS = "invoice_no, stock_code, description, quantity, invoice_date, unit_price, customer_id, country"
TABLE = (
    "CREATE TABLE order_lines (line_id BIGINT, invoice_no VARCHAR, stock_code VARCHAR, description VARCHAR, "
    "quantity INTEGER, invoice_date TIMESTAMP, unit_price DOUBLE, customer_id BIGINT, country VARCHAR)"
)


def row(key: int) -> tuple[object, ...]:
    """An order line that its key can be read from."""
    return (key, str(500_000 + key), "10001", "RED MUG", 2, "2024-01-01 12:00:00", 1.5, 17, "France")


def insert(path: Path, keys: Sequence[int]) -> None:
    """Add rows of these keys, and the table where it is not there yet."""
    rows = [row(key) for key in keys]
    statement = f"INSERT INTO order_lines VALUES ({', '.join('?' * 9)})"
    if path.suffix == ".duckdb":
        with duckdb.connect(str(path)) as database:
            database.execute(TABLE.replace("TABLE", "TABLE IF NOT EXISTS"))
            if rows:
                database.executemany(statement, rows)
        return
    database = sqlite3.connect(path)
    database.execute(TABLE.replace("TABLE", "TABLE IF NOT EXISTS"))
    database.executemany(statement, rows)
    database.commit()
    database.close()


def keys_of(manifest: Manifest, store: Store, folder: Path) -> list[int]:
    """The keys of a snapshot's rows, sorted, as often as they are in it."""
    folder.mkdir(exist_ok=True)
    files = fetch_increments(manifest, store, folder)
    orders = pa.concat_tables(parquet.ParquetFile(path).read() for path in files)
    return sorted(int(number) - 500_000 for number in orders["invoice_no"].to_pylist())
