"""What a source of orders is: a table of a database, whose rows come in the order of their keys."""

import re
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import pyarrow as pa

from recommender.errors import BadSource
from recommender.ingest.keys import Keys, KeysRead
from recommender.orders import SCHEMA, fit_column

ROWS_AT_ONCE = 50_000
"""Rows in memory, and in a row group of an increment."""
GAPS_AT_ONCE = 200
"""Ranges asked for by one statement; databases limit how deep a condition nests."""
_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_$]{0,62}")


@dataclass(frozen=True, kw_only=True)
class OrdersTable:
    """Where the order lines are."""

    schema: str | None = None
    name: str = "order_lines"
    key: str = "line_id"
    """A unique whole number that counts up with every new row."""

    @property
    def title(self) -> str:
        """The table as people write it."""
        return self.name if self.schema is None else f"{self.schema}.{self.name}"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read, the key first."""
        return (self.key, *SCHEMA.names)


def parse_table(title: str, key: str = "line_id") -> OrdersTable:
    """Return the table of `schema.table` or `table`.

    Raises:
        BadSource: a part is no plain identifier; quoting is left out on purpose.
    """
    parts = title.split(".")
    for part in (*parts, key):
        if len(parts) > 2 or not _IDENTIFIER.fullmatch(part):
            raise BadSource(f"{title!r} with the key {key!r} is no table: write schema.table and a column's plain name")
    return OrdersTable(schema=parts[0] if len(parts) == 2 else None, name=parts[-1], key=key)


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some rows, and their keys beside them."""

    keys: Keys
    orders: pa.Table


class Source(Protocol):
    """A database that orders are read from."""

    @property
    def title(self) -> str:
        """Kind of database, database and table: what a history belongs to. No host, no user."""
        ...

    def unread(self, read: KeysRead) -> AbstractContextManager[Iterator[Chunk]]:
        """Open one consistent view of the table, and yield its rows that have not been read, by rising key.

        Raises:
            BadSource: it cannot be reached or read, or may be written to.
            BadOrders: a column holds something else than it should.
        """
        ...


def ranges(read: KeysRead) -> Iterator[tuple[tuple[int, int | None], ...]]:
    """Yield what to ask for, statement by statement: gaps first, then what lies above the watermark (no upper end).

    Nothing has been read: no lower end either (0 stands for it), so that keys below 1 are seen and refused.
    """
    gaps = [(gap.first, gap.last) for gap in read.gaps]
    for start in range(0, len(gaps), GAPS_AT_ONCE):
        yield tuple(gaps[start : start + GAPS_AT_ONCE])
    yield ((read.watermark + 1, None),)


def chunk(columns: list[Any], table: OrdersTable, title: str) -> Chunk:
    """Return rows as a chunk.

    Args:
        columns: arrays in the order of `table.columns`, typed as the database gives them.
        table: they come from.
        title: of the source, for messages.

    Raises:
        BadSource: the key is no whole number.
        BadOrders: a column holds something else than it should.
    """
    keys, *rest = (pa.chunked_array([column]) if isinstance(column, pa.Array) else column for column in columns)
    if keys.null_count or not pa.types.is_integer(keys.type):
        raise BadSource(f"{title}: {table.key} must be a whole number in every row, but is {keys.type}")
    fitted = [fit_column(column, field, title) for column, field in zip(rest, SCHEMA, strict=True)]
    return Chunk(keys=np.asarray(keys.cast(pa.int64())), orders=pa.table(fitted, schema=SCHEMA))
