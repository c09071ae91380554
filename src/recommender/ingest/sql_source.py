"""Orders read from PostgreSQL or SQLite, in one read-only transaction and through a server-side cursor."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

import pyarrow as pa
import sqlalchemy as sql
from sqlalchemy.exc import SQLAlchemyError

from recommender.errors import BadSource
from recommender.ingest.keys import KeysRead
from recommender.ingest.source import ROWS_AT_ONCE, Chunk, OrdersTable, chunk, ranges

_WRITES = "INSERT, UPDATE, DELETE, TRUNCATE"


class SqlSource:
    """A table behind an SQLAlchemy engine."""

    def __init__(self, engine: sql.Engine, table: OrdersTable) -> None:
        self._engine = engine
        self._table = table
        self.title = f"{engine.dialect.name} {_database(engine)} {table.title} by {table.key}"

    @contextmanager
    def unread(self, read: KeysRead) -> Generator[Iterator[Chunk]]:
        """See `Source.unread`."""
        try:
            with self._engine.connect() as connection:
                _refuse_writers(connection, self._table)
                yield self._chunks(connection, read)
        except SQLAlchemyError as error:
            raise BadSource(f"{self.title} cannot be read: {_reason(error)}") from None  # its text may name a host

    def _chunks(self, connection: sql.Connection, read: KeysRead) -> Iterator[Chunk]:
        streamed = connection.execution_options(yield_per=ROWS_AT_ONCE)
        for asked in ranges(read):
            for rows in streamed.execute(_statement(self._table, asked)).partitions():
                yield chunk(_columns(rows), self._table, self.title)


def open_postgresql(url: sql.URL, connect: dict[str, str], table: OrdersTable) -> SqlSource:
    """Return a source in PostgreSQL.

    Args:
        url: with user and password.
        connect: libpq's parameters of TLS.
        table: to read.
    """
    engine = sql.create_engine(
        url, connect_args=connect, isolation_level="REPEATABLE READ", poolclass=sql.NullPool, hide_parameters=True
    )
    # Whatever the role may do: its transactions here cannot write.
    return SqlSource(engine.execution_options(postgresql_readonly=True), table)


def open_sqlite(path: str, table: OrdersTable) -> SqlSource:
    """Return a source in a file of SQLite, opened for reading only."""
    return SqlSource(sql.create_engine(f"sqlite:///file:{path}?mode=ro&uri=true", poolclass=sql.NullPool), table)


def _statement(table: OrdersTable, asked: Sequence[tuple[int, int | None]]) -> sql.Select[tuple[object, ...]]:
    columns = [sql.column(name) for name in table.columns]
    key = columns[0]
    conditions = [
        key.between(first, last) if last is not None else key >= first
        for first, last in asked
        if (first, last) != (1, None)
    ]
    statement = sql.select(*columns).select_from(sql.table(table.name, *columns, schema=table.schema)).order_by(key)
    return statement.where(sql.or_(*conditions)) if conditions else statement


def _columns(rows: Sequence[sql.Row[tuple[object, ...]]]) -> list[pa.Array]:
    try:
        return [pa.array(list(values)) for values in zip(*rows, strict=True)]
    except (pa.ArrowInvalid, pa.ArrowTypeError) as error:
        raise BadSource(f"a column holds values of several kinds: {error}") from error


def _refuse_writers(connection: sql.Connection, table: OrdersTable) -> None:
    if connection.dialect.name != "postgresql":
        return
    asked = sql.text("SELECT current_user, has_table_privilege(CAST(:name AS text), :privileges)")
    name = ".".join(f'"{part}"' for part in table.title.split("."))
    user, writes = connection.execute(asked, {"name": name, "privileges": _WRITES}).one()
    if writes:
        raise BadSource(
            f"the role {user} may write to {table.title}: training needs SELECT only. Make a role as in "
            "docs/source-database.sql and put its password into the secret"
        )


def _database(engine: sql.Engine) -> str:
    name = engine.url.database or ""
    return name if engine.dialect.name == "postgresql" else "file"


def _reason(error: Exception) -> str:
    cause = getattr(error, "orig", None) or error
    return (str(cause).splitlines() or [type(cause).__name__])[0]
