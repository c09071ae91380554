from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest

from trainyard.data import check_orders_file
from trainyard.data.reading import read_orders_file
from trainyard.demo.shop import frequent_customers, open_shop
from trainyard.errors import UsageError

LINES = pa.table(
    {
        "invoice_no": ["536365", "536365", "C536366", "536367"],
        "stock_code": ["85123A", "71053", "85123A", "22423"],
        "description": ["HOLDER", None, "HOLDER", "CAKESTAND"],
        "quantity": pa.array([6, 6, -1, 2], pa.int64()),
        "invoice_date": pa.array([1_291_191_960_000_000 + at for at in range(4)], pa.timestamp("us")),
        "unit_price": [2.55, 3.39, 2.55, 10.95],
        "customer_id": pa.array([17850, 17850, None, 13047], pa.int64()),
        "country": ["United Kingdom"] * 4,
    }
)


@pytest.fixture(params=["parquet", "csv"])
def orders(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    file = tmp_path / f"orders.{request.param}"
    parquet.write_table(LINES, file) if request.param == "parquet" else csv.write_csv(LINES, file)
    return file


def test_the_shop_holds_every_line_in_its_order(orders: Path, tmp_path: Path) -> None:
    shop = open_shop(orders, tmp_path / "new" / "shop.duckdb")
    assert read_orders_file(shop).cast(LINES.schema).equals(LINES)


def test_a_shop_is_opened_anew(orders: Path, tmp_path: Path) -> None:
    for _ in range(2):
        shop = open_shop(orders, tmp_path / "shop.duckdb")
    assert read_orders_file(shop).num_rows == LINES.num_rows


def test_what_cannot_be_read_leaves_the_old_shop(orders: Path, tmp_path: Path) -> None:
    shop = open_shop(orders, tmp_path / "shop.duckdb")
    with pytest.raises(UsageError, match="There is no file"):
        open_shop(tmp_path / "missing.csv", shop)
    assert read_orders_file(shop).num_rows == LINES.num_rows


def test_a_shop_can_be_imported(orders: Path, tmp_path: Path) -> None:
    checked = check_orders_file(open_shop(orders, tmp_path / "shop.duckdb"), datetime.now(UTC))
    assert (checked.rows, checked.customers) == (4, 2)


def test_customers_with_the_most_lines_come_first(orders: Path, tmp_path: Path) -> None:
    shop = open_shop(orders, tmp_path / "shop.duckdb")
    assert frequent_customers(shop) == frequent_customers(orders) == [17850, 13047]
    assert frequent_customers(orders, 1) == [17850]
