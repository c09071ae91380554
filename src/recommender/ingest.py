"""Ingest: turn what arrived into one snapshot with one identity, the hash of its content."""

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.container import Container, write_json
from recommender.errors import BadOrders
from recommender.orders import order_files, read_orders


def ingest(container: Container) -> None:
    """Read all order files and write snapshot/orders.parquet with snapshot.json beside it."""
    files = order_files(container.processing_input("orders"))
    orders = pa.concat_tables([read_orders(path) for path in files]).combine_chunks()
    if orders.num_rows == 0:
        raise BadOrders(f"no orders: {', '.join(path.name for path in files)} holds no rows")
    output = container.processing_output("snapshot")
    parquet.write_table(orders, output / "orders.parquet", compression="zstd")
    snapshot = describe(orders, data_hash(files))
    write_json(output / "snapshot.json", snapshot)
    print("ingested", *(f"{name}={value};" for name, value in snapshot.items()))


def data_hash(files: list[Path]) -> str:
    """Return the SHA-256 of a file's bytes, or of the files' hashes in order where there are several."""
    hashes = [hashlib.sha256(path.read_bytes()).hexdigest() for path in files]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


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
