"""A database that is a file: what a shop without a server has, and what the demo reads."""

from pathlib import Path

from recommender.ingest.source import OrdersTable, Source


def open_file(path: Path, table: OrdersTable) -> Source:
    """Return the source in a file of SQLite or DuckDB, told apart by the file's suffix."""
    if path.suffix == ".duckdb":
        from recommender.ingest.duckdb_source import DuckdbSource

        return DuckdbSource(str(path), table)
    from recommender.ingest.sql_source import open_sqlite

    return open_sqlite(str(path), table)
