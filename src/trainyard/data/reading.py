"""A file of orders read, whatever is wrong with it."""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from trainyard.data.databases import read_database
from trainyard.errors import UsageError

_TEXT = ("invoice_no", "stock_code", "description", "country")


def read_orders_file(path: Path) -> pa.Table:
    """Return the table of a parquet or CSV file, or of a file that is a database.

    Raises:
        UsageError: there is no such file, it is empty, or it is not what its name says.
    """
    if not path.is_file():
        raise UsageError(
            f"There is no file {path}" if not path.exists() else f"{path} is a folder, not a file",
            where=str(path.absolute()),
            cure="Name a .parquet or .csv file of orders",
        )
    if path.stat().st_size == 0:
        raise UsageError(f"{path.name} is empty: 0 bytes", where=str(path), cure="Export the orders again")
    match path.suffix.lower():
        case ".parquet":
            return _parquet(path)
        case ".csv":
            return _csv(path)
        case ".sqlite" | ".db" | ".duckdb":
            return read_database(path)
        case suffix:
            raise UsageError(
                f"{path.name} ends in {suffix or 'nothing'}, which is not a format that can be read",
                where=str(path),
                cure="Export the orders as .parquet or .csv; a database ends in .sqlite, .db or .duckdb",
            )


def _parquet(path: Path) -> pa.Table:
    try:
        return parquet.ParquetFile(path).read()
    except (pa.ArrowException, OSError) as error:
        raise UsageError(
            f"{path.name} cannot be read as parquet: {_first_line(error)}",
            where=str(path),
            cure="It was cut off or is no parquet file; copy or export it again",
        ) from error


def _csv(path: Path) -> pa.Table:
    kinds = csv.ConvertOptions(column_types=dict.fromkeys(_TEXT, pa.string()), strings_can_be_null=True)
    try:
        return csv.read_csv(path, convert_options=kinds)
    except (pa.ArrowException, OSError) as error:
        raise UsageError(
            f"{path.name} cannot be read as CSV: {_first_line(error)}",
            where=str(path),
            cure="Export it with a header line, commas between columns, and one order line a line",
        ) from error


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
