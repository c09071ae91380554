"""A snapshot's files described: the identity that every record knows them by, and what a person asks first."""

# pyarrow.compute makes its functions at import.
# pyright: reportAttributeAccessIssue=false

import hashlib
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from trainyard.data.columns import COLUMNS
from trainyard.data.file_hash import file_hash
from trainyard.data.reading import read_orders_file
from trainyard.data.versions.pointer import Pointer


def orders_of(folder: Path) -> pa.Table:
    """Return the orders of a snapshot's files as one table, with the columns that the platform knows."""
    names = [column.name for column in COLUMNS]
    tables = [read_orders_file(path).select(names) for path in snapshot_files(folder)]
    return pa.concat_tables(tables, promote_options="permissive")


def snapshot_files(folder: Path) -> list[Path]:
    """Return a snapshot's files in their order."""
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def hash_of_files(files: Sequence[Path]) -> str:
    """Return the SHA-256 of the one file, or of the files' SHA-256s, a line each, in order.

    What the Ingest step computes: one identity, wherever it is asked for.
    """
    hashes = [file_hash(path) for path in files]
    return hashes[0] if len(hashes) == 1 else hashlib.sha256("\n".join(hashes).encode()).hexdigest()


def describe(folder: Path, origin: str) -> Pointer:
    """Return what a pointer says of the files in a folder."""
    orders = orders_of(folder)
    span = pc.min_max(orders["invoice_date"].cast(pa.timestamp("us"), safe=False)).as_py()
    return Pointer(
        data_hash=hash_of_files(snapshot_files(folder)),
        rows=orders.num_rows,
        customers=pc.count_distinct(orders["customer_id"]).as_py(),
        first_order=span["min"].isoformat(),
        last_order=span["max"].isoformat(),
        origin=origin,
    )
