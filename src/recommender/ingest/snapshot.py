"""A snapshot: the orders of several files as one, described by what identifies it and what a person asks first."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.errors import BadOrders
from recommender.file_hash import file_hash
from recommender.ingest.file_source import open_file
from recommender.ingest.keys import KeysRead
from recommender.ingest.manifest import combined_hash
from recommender.ingest.source import OrdersTable
from recommender.orders import DATABASE_SUFFIXES, SCHEMA, read_orders

_ROWS_AT_ONCE = 500_000


def write_snapshot(files: Sequence[Path], output: Path) -> dict[str, object]:
    """Write orders.parquet into a folder, and return its description.

    Args:
        files: of orders; parquet is copied piece by piece, whatever its size.
        output: the folder.

    Raises:
        BadOrders: a file cannot be used, or there is not one row.
    """
    path = output / "orders.parquet"
    rows = 0
    with parquet.ParquetWriter(path, SCHEMA, compression="zstd") as writer:
        for table in (table for file in files for table in read_pieces(file)):
            writer.write_table(table)
            rows += table.num_rows
    if rows == 0:
        raise BadOrders(f"no orders: {', '.join(file.name for file in files)} holds no rows")
    told = parquet.ParquetFile(path).read(columns=["customer_id", "invoice_date"])
    return describe(told, data_hash(files))


def read_pieces(path: Path) -> Iterator[pa.Table]:
    """Yield a file's orders in pieces of bounded size where its format allows, else as one.

    Raises:
        BadOrders: it cannot be read, lacks a column, or a column holds something else than it should.
        BadSource: it is a database without the table that orders are read from.
    """
    if path.suffix in DATABASE_SUFFIXES:
        with open_file(path, OrdersTable()).unread(KeysRead()) as chunks:
            yield from (chunk.orders for chunk in chunks)
    elif _is_in_schema(path):
        batches = parquet.ParquetFile(path).iter_batches(_ROWS_AT_ONCE)
        yield from (pa.Table.from_batches([batch]) for batch in batches)
    else:
        yield read_orders(path)


def _is_in_schema(path: Path) -> bool:
    try:
        return path.suffix == ".parquet" and parquet.read_schema(path).equals(SCHEMA)
    except (pa.ArrowInvalid, OSError):
        return False  # whoever reads it says what is wrong


def data_hash(files: Sequence[Path]) -> str:
    """Return the SHA-256 of a file's bytes, or of the files' hashes in order where there are several."""
    return combined_hash([file_hash(path) for path in files])


def describe(orders: pa.Table, content_hash: str) -> dict[str, object]:
    """Return what identifies a snapshot and what a person asks first."""
    dates = orders["invoice_date"].drop_null().sort()
    if len(dates) == 0:
        raise BadOrders("no orders: invoice_date is empty in every row")
    return {
        "data_hash": content_hash,
        "rows": orders.num_rows,
        "customers": len(orders["customer_id"].drop_null().unique()),
        "first_order": dates[0].as_py().isoformat(),
        "last_order": dates[-1].as_py().isoformat(),
    }
