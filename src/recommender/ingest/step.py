"""Ingest: turn what arrived, or what a database has, into one snapshot with one identity, the hash of its content."""

import argparse
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from recommender.container import Container, write_json
from recommender.errors import BadSource
from recommender.ingest.file_source import open_file
from recommender.ingest.history import at, fetch_increments, take_new_rows
from recommender.ingest.manifest import FOLDER, Manifest
from recommender.ingest.snapshot import write_snapshot
from recommender.ingest.source import OrdersTable, Source, parse_table
from recommender.ingest.store import Store, open_store
from recommender.orders import DATABASE_SUFFIXES, order_files


def ingest(container: Container, arguments: Sequence[str] = ()) -> None:
    """Write snapshot/orders.parquet with snapshot.json beside it.

    Without arguments the orders are the files of the processing input `orders`; with `--source` they are what that
    database has, taken into the history at `--history`.
    """
    options = _options(arguments)
    output = container.processing_output("snapshot")
    if options.source is None:
        found: dict[str, object] = write_snapshot(order_files(container.processing_input("orders")), output)
    else:
        store = open_store(options.history, _account(options.source))
        manifest = _manifest(options, store)
        with tempfile.TemporaryDirectory() as folder:
            found = write_snapshot(fetch_increments(manifest, store, Path(folder)), output)
        found |= {"orders_uri": store.address(manifest.name), "new_rows": manifest.increments[-1].rows}
    write_json(output / "snapshot.json", found)
    print("ingested", *(f"{name}={value};" for name, value in found.items()))


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="recommender ingest", description="A snapshot of the orders.")
    parser.add_argument("--source", help="ARN of a database's secret, or a file of SQLite or DuckDB")
    parser.add_argument("--history", help="where increments and manifests are kept: s3://bucket/prefix or a folder")
    parser.add_argument("--table", default="order_lines", help="[schema.]table of the order lines")
    parser.add_argument("--key", default="line_id", help="its unique, rising whole number")
    parser.add_argument("--orders", default="", help="a manifest of the history: take that snapshot, read no database")
    options = parser.parse_args(arguments)
    if options.source and not options.history:
        parser.error("--source needs --history")
    return options


def _manifest(options: argparse.Namespace, store: Store) -> Manifest:
    """Return the snapshot that `--orders` names; the history itself, or nothing, asks for one with all new rows."""
    asked = options.orders.rstrip("/")
    if asked in ("", options.history.rstrip("/")):
        with open_source(options.source, parse_table(options.table, options.key)) as source:
            return take_new_rows(source, store, datetime.now(UTC).date())
    name = f"{FOLDER}/{asked.rpartition('/')[2]}"
    if store.address(name) != asked:
        raise BadSource(f"{asked} is no manifest of the history at {options.history}, which this service learns from")
    return at(store, name)


@contextmanager
def open_source(address: str, table: OrdersTable) -> Generator[Source]:
    """Open the database of a secret's ARN, or of a file of SQLite or DuckDB.

    Raises:
        BadSource: it is neither.
    """
    if address.startswith("arn:"):
        import boto3

        from recommender.ingest.secret import database_of_secret

        client = boto3.client("secretsmanager", region_name=address.split(":")[3])
        with database_of_secret(address, table, client) as source:
            yield source
    elif Path(address).suffix in DATABASE_SUFFIXES and Path(address).is_file():
        yield open_file(Path(address), table)
    else:
        raise BadSource(f"{address} is neither a secret's ARN nor a file that ends in {', '.join(DATABASE_SUFFIXES)}")


def _account(source: str) -> str | None:
    """Return the account of a secret's ARN: the same must own the bucket of the history."""
    return source.split(":")[4] if source.startswith("arn:") else None
