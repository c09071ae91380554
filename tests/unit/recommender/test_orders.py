from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as csv
import pyarrow.parquet as parquet
import pytest

from recommender.container import Container
from recommender.errors import BadOrders
from recommender.ingest import data_hash
from recommender.orders import order_files, read_orders
from tests.unit.recommender.synthetic import order_table, run_step


def test_a_csv_and_a_parquet_file_of_the_same_orders_read_the_same(tmp_path: Path) -> None:
    orders = order_table({"description": None}, {"stock_code": "85123", "customer_id": None})
    parquet.write_table(orders, tmp_path / "a.parquet")
    csv.write_csv(orders, tmp_path / "b.csv")
    assert read_orders(tmp_path / "a.parquet").equals(read_orders(tmp_path / "b.csv"))


@pytest.mark.parametrize("content", [b"", b"PAR1 and then nothing"])
def test_a_damaged_parquet_file_is_named(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "orders.parquet").write_bytes(content)
    with pytest.raises(BadOrders, match=r"orders\.parquet cannot be read as parquet"):
        read_orders(tmp_path / "orders.parquet")


def test_a_truncated_parquet_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    parquet.write_table(order_table({}), path)
    path.write_bytes(path.read_bytes()[:-10])
    with pytest.raises(BadOrders, match=r"orders\.parquet cannot be read as parquet"):
        read_orders(path)


def test_missing_columns_are_named(tmp_path: Path) -> None:
    parquet.write_table(order_table({}).drop_columns(["quantity", "country"]), tmp_path / "orders.parquet")
    with pytest.raises(BadOrders, match=r"orders\.parquet lacks the columns quantity, country"):
        read_orders(tmp_path / "orders.parquet")


@pytest.mark.parametrize("row", [1, 2, 7, 8])
def test_text_in_quantity_names_the_row(row: int, tmp_path: Path) -> None:
    lines = order_table(*[{}] * 8)
    quantity = pa.array(["2" if at + 1 != row else "two" for at in range(8)])
    parquet.write_table(lines.set_column(3, "quantity", quantity), tmp_path / "orders.parquet")
    with pytest.raises(BadOrders, match=rf"orders\.parquet, row {row}: quantity is 'two', not a whole number"):
        read_orders(tmp_path / "orders.parquet")


def test_a_price_that_comes_as_a_decimal_is_the_nearest_number(tmp_path: Path) -> None:
    prices = pa.array([Decimal("1.650"), Decimal("9.950"), None])
    orders = order_table({}, {}, {}).set_column(5, "unit_price", prices)
    parquet.write_table(orders, tmp_path / "orders.parquet")
    assert read_orders(tmp_path / "orders.parquet")["unit_price"].to_pylist() == [1.65, 9.95, None]


def test_columns_that_nobody_asked_for_are_left_out(tmp_path: Path) -> None:
    orders = order_table({})
    parquet.write_table(orders.append_column("note", pa.array(["x"])), tmp_path / "orders.parquet")
    assert read_orders(tmp_path / "orders.parquet").equals(orders)


def test_a_folder_without_orders_is_refused(tmp_path: Path) -> None:
    (tmp_path / "readme.txt").write_text("nothing here")
    with pytest.raises(BadOrders, match=r"holds no \.parquet, \.csv, \.sqlite, \.db, \.duckdb file"):
        order_files(tmp_path)


def test_several_files_have_one_hash_that_depends_on_each(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in paths:
        path.write_text(path.name)
    together = data_hash(paths)
    paths[1].write_text("changed")
    assert data_hash(paths) != together


@pytest.mark.parametrize(
    ("lines", "reason"),
    [([], "holds no rows"), ([{"invoice_date": None}], "invoice_date is empty in every row")],
)
def test_orders_without_content_stop_the_run(lines: list[dict[str, object]], reason: str, tmp_path: Path) -> None:
    container = Container(root=tmp_path)
    container.processing_input("orders").mkdir(parents=True)
    parquet.write_table(order_table(*lines), container.processing_input("orders") / "orders.parquet")
    assert run_step(container, "ingest") == 1
    assert reason in (tmp_path / "output" / "message").read_text()


def test_a_failure_reason_fits_where_sagemaker_keeps_it(tmp_path: Path) -> None:
    Container(root=tmp_path).explain_failure("x" * 5000)
    assert len((tmp_path / "output" / "failure").read_text()) == 1024


def test_the_step_is_named_when_it_is_unknown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        run_step(Container(), "dance")
    assert stopped.value.code == 2
    assert "invalid choice: 'dance'" in capsys.readouterr().err


def test_dates_are_read_from_iso_text(tmp_path: Path) -> None:
    csv.write_csv(order_table({"invoice_date": datetime(2024, 5, 6, 7, 8)}), tmp_path / "orders.csv")
    assert read_orders(tmp_path / "orders.csv")["invoice_date"].to_pylist() == [datetime(2024, 5, 6, 7, 8)]
