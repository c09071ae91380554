"""Orders read from a file of DuckDB, through its own connection: it hands out Arrow as it is."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from recommender.errors import BadSource
from recommender.ingest.keys import KeysRead
from recommender.ingest.source import ROWS_AT_ONCE, Chunk, OrdersTable, chunk, ranges


class DuckdbSource:
    """A table in a file, opened for reading only."""

    def __init__(self, path: str, table: OrdersTable) -> None:
        self._path = path
        self._table = table
        self.title = f"duckdb file {table.title} by {table.key}"

    @contextmanager
    def unread(self, read: KeysRead) -> Generator[Iterator[Chunk]]:
        """See `Source.unread`."""
        try:
            with duckdb.connect(self._path, read_only=True) as connection:
                connection.begin()  # one view for all statements
                yield self._chunks(connection, read)
        except duckdb.Error as error:
            raise BadSource(f"{self.title} cannot be read: {str(error).splitlines()[0]}") from error

    def _chunks(self, connection: duckdb.DuckDBPyConnection, read: KeysRead) -> Iterator[Chunk]:
        for asked in ranges(read):
            reader: pa.RecordBatchReader = connection.sql(_statement(self._table, asked)).to_arrow_reader(ROWS_AT_ONCE)
            for batch in reader:
                if batch.num_rows:
                    columns = pa.Table.from_batches([batch]).columns
                    yield chunk(columns, self._table, self.title)


def _statement(table: OrdersTable, asked: Sequence[tuple[int, int | None]]) -> str:
    """Return the statement; identifiers were checked by `parse_table`, and the rest are whole numbers."""
    key = f'"{table.key}"'
    conditions = [
        f"{key} BETWEEN {first} AND {last}" if last is not None else f"{key} >= {first}"
        for first, last in asked
        if (first, last) != (1, None)
    ]
    where = f" WHERE {' OR '.join(conditions)}" if conditions else ""
    source = ".".join(f'"{part}"' for part in table.title.split("."))
    columns = ", ".join(f'"{name}"' for name in table.columns)
    return f"SELECT {columns} FROM {source}{where} ORDER BY {key}"
