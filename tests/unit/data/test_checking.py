from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest

from tests.unit.recommender.ingest.shop_files import insert
from trainyard.data import check_orders_file
from trainyard.errors import UsageError

NOW = datetime(2011, 9, 1, tzinfo=UTC)
LAST = datetime(2011, 8, 31, 17, 30)


def orders(**changed: Any) -> pa.Table:
    columns = {
        "invoice_no": ["536365", "536366", "C536367"],
        "stock_code": ["85123A", "71053", "POST"],
        "description": ["HEART HOLDER", None, "POSTAGE"],
        "quantity": [6, 8, -1],
        "invoice_date": [datetime(2010, 12, 1, 8, 26), datetime(2011, 3, 1, 9, 0), LAST],
        "unit_price": [2.55, 3.39, 18.0],
        "customer_id": [17850, None, 13047],
        "country": ["United Kingdom", "France", "France"],
    }
    return pa.table({name: value for name, value in (columns | changed).items() if value is not None})


def written(folder: Path, table: pa.Table) -> Path:
    path = folder / "orders.parquet"
    parquet.write_table(table, path)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UsageError) as caught:
        check_orders_file(path, NOW)
    assert caught.value.exit_code == 2
    assert caught.value.cure
    return str(caught.value)


def test_a_good_file_is_described(tmp_path: Path) -> None:
    found = check_orders_file(written(tmp_path, orders()), NOW)
    assert (found.rows, found.customers) == (3, 2)
    assert (found.first_order, found.last_order) == (datetime(2010, 12, 1, 8, 26), LAST)


def test_a_csv_of_the_same_orders_is_as_good(tmp_path: Path) -> None:
    path = tmp_path / "orders.CSV"
    csv.write_csv(orders(), path)
    found = check_orders_file(path, NOW)
    assert (found.rows, found.customers, found.last_order) == (3, 2, LAST)


def test_the_identity_is_the_files_content_and_not_its_name(tmp_path: Path) -> None:
    first = written(tmp_path, orders())
    other = first.rename(tmp_path / "renamed.parquet")
    again = check_orders_file(other, NOW).sha256
    assert again == check_orders_file(written(tmp_path, orders()), NOW).sha256
    assert again != check_orders_file(written(tmp_path, orders(quantity=[6, 8, -2])), NOW).sha256


def test_a_file_that_does_not_exist_is_refused(tmp_path: Path) -> None:
    assert f"There is no file {tmp_path / 'none.parquet'}." in refusal(tmp_path / "none.parquet")


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert "is a folder, not a file" in refusal(tmp_path)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    path.touch()
    assert "orders.parquet is empty: 0 bytes." in refusal(path)


def test_a_file_without_rows_is_refused(tmp_path: Path) -> None:
    assert "orders.parquet is empty: it has columns but no rows." in refusal(written(tmp_path, orders().slice(0, 0)))


def test_a_truncated_parquet_file_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path, orders())
    path.write_bytes(path.read_bytes()[:-40])
    text = refusal(path)
    assert "orders.parquet cannot be read as parquet" in text
    assert "cut off" in text


def test_a_csv_that_breaks_off_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    csv.write_csv(orders(), path)
    path.write_text(path.read_text()[:-20])
    assert "orders.csv cannot be read as CSV" in refusal(path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "orders.xlsx"
    path.write_bytes(b"PK")
    assert "ends in .xlsx, which is not a format that can be read" in refusal(path)


@pytest.mark.parametrize("column", orders().column_names)
def test_a_missing_column_is_named(tmp_path: Path, column: str) -> None:
    text = refusal(written(tmp_path, orders().drop_columns([column])))
    assert f"orders.parquet lacks the column {column}." in text


def test_several_missing_columns_are_named_together(tmp_path: Path) -> None:
    text = refusal(written(tmp_path, orders().drop_columns(["quantity", "country"])))
    assert "lacks the columns quantity, country." in text


def test_text_in_quantity_is_shown_with_its_row(tmp_path: Path) -> None:
    text = refusal(written(tmp_path, orders(quantity=["6", "8", "a dozen"])))
    assert "column quantity must hold whole numbers, but is string; row 3 has 'a dozen'" in text


def test_text_in_quantity_of_a_csv_is_shown_with_its_row(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    csv.write_csv(orders(quantity=["6", "six", "7"]), path)
    assert "column quantity must hold whole numbers, but is string; row 2 has 'six'" in refusal(path)


def test_times_that_are_not_times_are_shown(tmp_path: Path) -> None:
    text = refusal(written(tmp_path, orders(invoice_date=["12/1/2010 8:26", "x", "y"])))
    assert "column invoice_date must hold times, but is string; row 1 has '12/1/2010 8:26'" in text


def test_dates_in_the_future_are_counted_and_the_first_is_shown(tmp_path: Path) -> None:
    dates = [datetime(2010, 12, 1), datetime(2031, 1, 5), datetime(2030, 1, 1)]
    text = refusal(written(tmp_path, orders(invoice_date=dates)))
    assert "has 2 order lines in the future: row 2 is dated 2031-01-05 00:00:00" in text


@pytest.mark.parametrize(("ahead", "accepted"), [(timedelta(hours=14), True), (timedelta(hours=14, seconds=1), False)])
def test_an_order_may_be_ahead_of_utc_by_the_earliest_zone_only(
    tmp_path: Path, ahead: timedelta, accepted: bool
) -> None:
    dates = [datetime(2010, 12, 1), datetime(2010, 12, 1), NOW.replace(tzinfo=None) + ahead]
    path = written(tmp_path, orders(invoice_date=dates))
    if accepted:
        check_orders_file(path, NOW.astimezone(timezone(timedelta(hours=-5))))
    else:
        assert "in the future" in refusal(path)


def test_a_file_without_any_date_is_refused(tmp_path: Path) -> None:
    table = orders(invoice_date=pa.nulls(3, pa.timestamp("us")))
    assert "invoice_date has no times at all" in refusal(written(tmp_path, table))


@pytest.mark.parametrize("name", ["orders.sqlite", "orders.db", "orders.duckdb"])
def test_a_database_is_checked_like_a_file_of_orders(name: str, tmp_path: Path) -> None:
    insert(tmp_path / name, [1, 2, 3])
    checked = check_orders_file(tmp_path / name, datetime(2024, 3, 1, tzinfo=UTC))
    assert (checked.rows, checked.customers, checked.last_order) == (3, 1, datetime(2024, 1, 1, 12))


@pytest.mark.parametrize("name", ["orders.sqlite", "orders.duckdb"])
def test_what_is_no_database_of_orders_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(b"something else, long enough to be looked at " * 20)
    with pytest.raises(UsageError, match=r"cannot be read as a database of orders: .*It needs a table order_lines"):
        check_orders_file(tmp_path / name, NOW)
