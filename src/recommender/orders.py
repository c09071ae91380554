"""Orders: the columns every step counts on, and how a file of them is read.

The columns are those of the Online Retail set in snake_case; a file may hold more, which are left out.
"""

from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet

from recommender.errors import BadOrders

SCHEMA = pa.schema(
    {
        "invoice_no": pa.string(),
        "stock_code": pa.string(),
        "description": pa.string(),
        "quantity": pa.int64(),
        "invoice_date": pa.timestamp("us"),
        "unit_price": pa.float64(),
        "customer_id": pa.int64(),
        "country": pa.string(),
    }
)


DATABASE_SUFFIXES = (".sqlite", ".db", ".duckdb")
"""Of files that are databases; `recommender.ingest` reads them."""
_SUFFIXES = (".parquet", ".csv", *DATABASE_SUFFIXES)


def order_files(folder: Path) -> list[Path]:
    """Return the order files of a folder, by name.

    Raises:
        BadOrders: there are none.
    """
    found = sorted(path for path in folder.rglob("*") if path.suffix in _SUFFIXES and path.is_file())
    if not found:
        raise BadOrders(f"no orders: {folder} holds no {', '.join(_SUFFIXES)} file")
    return found


def read_orders(path: Path) -> pa.Table:
    """Read one file of orders into the schema.

    Raises:
        BadOrders: it cannot be read, lacks a column, or a column holds something else than it should.
    """
    try:
        table = parquet.ParquetFile(path).read() if path.suffix == ".parquet" else _read_csv(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise BadOrders(f"{path.name} cannot be read as {path.suffix[1:]}: {error}") from error
    missing = [name for name in SCHEMA.names if name not in table.column_names]
    if missing:
        raise BadOrders(f"{path.name} lacks the column{'s'[: len(missing) > 1]} {', '.join(missing)}")
    return pa.table([fit_column(table[field.name], field, path.name) for field in SCHEMA], schema=SCHEMA)


def _read_csv(path: Path) -> pa.Table:
    text = {name: pa.string() for name in ("invoice_no", "stock_code", "description", "country")}
    options = csv.ConvertOptions(column_types=text, strings_can_be_null=True, quoted_strings_can_be_null=True)
    return csv.read_csv(path, convert_options=options)


def fit_column(column: pa.ChunkedArray, field: pa.Field, title: str) -> pa.ChunkedArray:
    """Return a column in the schema's type.

    Args:
        column: as it was read.
        field: of the schema.
        title: of the file or table it comes from, for messages.

    Raises:
        BadOrders: a value does not fit; the text names its row.
    """
    try:
        # Arrow divides a decimal's digits, and 1.65 comes out as its neighbour; text is read to the nearest number.
        return (column.cast(pa.string()) if pa.types.is_decimal(column.type) else column).cast(field.type)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        row = _first_bad_row(column, field.type)
        value = column[row].as_py()
        raise BadOrders(f"{title}, row {row + 1}: {field.name} is {value!r}, not {_noun(field.type)}") from error


def _first_bad_row(column: pa.ChunkedArray, kind: pa.DataType) -> int:
    """Return the first row that does not fit, by halving what is looked at."""
    low, high = 0, len(column)
    while high - low > 1:
        middle = (low + high) // 2
        try:
            column.slice(low, middle - low).cast(kind)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
            high = middle
        else:
            low = middle
    return low


def _noun(kind: pa.DataType) -> str:
    if pa.types.is_integer(kind):
        return "a whole number"
    return {"double": "a number", "string": "text"}.get(str(kind), "a date and time")
