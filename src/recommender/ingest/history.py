"""Rows of a source taken exactly once: an increment is kept first, then a manifest says that it counts.

Wherever a run ends before its manifest, nothing has been read: the increment lies there and nobody names it. The
manifest's number is claimed; of two runs at once the second finds it taken, and looks again from there.
"""

import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pyarrow.parquet as parquet

from recommender.errors import BadOrders, BadSource
from recommender.file_hash import file_hash
from recommender.ingest.keys import KeysRead
from recommender.ingest.manifest import FOLDER, INCREMENTS, Increment, Manifest, decode
from recommender.ingest.source import Source
from recommender.ingest.store import Store
from recommender.orders import SCHEMA

ATTEMPTS = 5
"""How often a run looks again when others were faster."""


def take_new_rows(source: Source, store: Store, today: date) -> Manifest:
    """Return the newest snapshot, with what the source has had since the last one.

    Args:
        source: to read from.
        store: of the history.
        today: when gaps are missed first, and settled.

    Raises:
        BadSource: the source cannot be read, or the history is another source's.
        BadOrders: there has never been a row.
    """
    for _ in range(ATTEMPTS):
        last = newest(store)
        if last.number and last.source != source.title:
            raise BadSource(
                f"{store.address('')} holds the history of {last.source}, not of {source.title}: name another folder"
            )
        following = _follow(last, source, store, today)
        if following is None:
            return _some(last, source)
        if store.claim(following.name, following.encoded()):
            return following
    raise BadSource(f"{ATTEMPTS} runs in a row were faster in {store.address('')}: let one run at a time read a source")


def newest(store: Store) -> Manifest:
    """Return the newest manifest; number 0 and empty where there is none."""
    names = store.names(FOLDER)
    return at(store, names[-1]) if names else Manifest(number=0, source="", increments=(), read=KeysRead())


def at(store: Store, name: str) -> Manifest:
    """Return the manifest of this name."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "manifest.json"
        store.fetch(name, path)
        return decode(path.read_bytes())


def fetch_increments(manifest: Manifest, store: Store, folder: Path) -> list[Path]:
    """Return the files of a snapshot, in order, fetched into a folder and checked against their hashes.

    Raises:
        BadSource: a file is not what the manifest says.
    """
    paths: list[Path] = []
    for increment in manifest.increments:
        path = folder / Path(increment.name).name
        store.fetch(increment.name, path)
        if file_hash(path) != increment.sha256:
            raise BadSource(f"{store.address(increment.name)} was changed since it was written: restore that version")
        paths.append(path)
    return paths


def _follow(last: Manifest, source: Source, store: Store, today: date) -> Manifest | None:
    """Return the manifest after `last` once its increment is kept; None where there is nothing new."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "increment.parquet"
        rows, read = _write(path, source, last.read.settled(today), today)
        if rows == 0:
            return None
        sha256, number = file_hash(path), last.number + 1
        increment = Increment(name=f"{INCREMENTS}/{number:010d}-{sha256}.parquet", sha256=sha256, rows=rows)
        store.keep(path, increment.name)
    return replace(last, number=number, source=source.title, read=read, increments=(*last.increments, increment))


def _write(path: Path, source: Source, read: KeysRead, today: date) -> tuple[int, KeysRead]:
    rows = 0
    with parquet.ParquetWriter(path, SCHEMA, compression="zstd") as writer, source.unread(read) as chunks:
        for chunk in chunks:
            read = read.with_keys(chunk.keys, today)
            writer.write_table(chunk.orders)
            rows += chunk.orders.num_rows
    return rows, read


def _some(manifest: Manifest, source: Source) -> Manifest:
    if manifest.number == 0:
        raise BadOrders(f"no orders: {source.title} holds no rows")
    return manifest
