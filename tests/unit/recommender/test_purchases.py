from datetime import datetime
from pathlib import Path

import pytest

from tests.unit.recommender.synthetic import database_of, order_table


@pytest.mark.parametrize(
    "line",
    [
        {"customer_id": None},
        {"invoice_no": "C500001"},
        {"quantity": 0},
        {"quantity": -3},
        {"unit_price": 0.0},
        {"stock_code": "POST"},
        {"stock_code": "BANK CHARGES"},
        {"stock_code": " 10001"},  # the code is looked at as it stands, before it is trimmed
    ],
)
def test_what_is_no_purchase_of_a_product_by_a_known_customer_is_left_out(
    line: dict[str, object], tmp_path: Path
) -> None:
    assert database_of(order_table(line), tmp_path).table("purchases").fetchall() == []


def test_one_row_per_invoice_and_product_with_the_first_time(tmp_path: Path) -> None:
    lines = order_table(
        {"stock_code": "10001a", "invoice_date": datetime(2024, 1, 1, 12, 5), "quantity": 1, "unit_price": 1.0},
        {"stock_code": "10001A ", "invoice_date": datetime(2024, 1, 1, 12, 1), "quantity": 3, "unit_price": 2.0},
    )
    found = database_of(lines, tmp_path).execute("SELECT product, time, quantity, price FROM purchases").fetchall()
    assert found == [("10001A", datetime(2024, 1, 1, 12, 1), 4, 1.75)]


def test_a_product_is_called_what_it_is_called_most_often(tmp_path: Path) -> None:
    lines = order_table({"description": "MUG"}, {"description": "RED MUG "}, {"description": "RED MUG"})
    assert database_of(lines, tmp_path).table("products").fetchall() == [("10001", "RED MUG")]


def test_a_product_without_any_description_goes_by_its_code(tmp_path: Path) -> None:
    assert database_of(order_table({"description": None}), tmp_path).table("products").fetchall() == [
        ("10001", "10001")
    ]
