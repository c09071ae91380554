from datetime import datetime, timedelta
from pathlib import Path

import numpy as np

from recommender.evaluation.references import References
from tests.unit.recommender.synthetic import database_of, order_table

CUTOFF = datetime(2024, 7, 1)


def line(customer: int, product: int, days_before: float) -> dict[str, object]:
    at = CUTOFF - timedelta(days=days_before)
    return {"customer_id": customer, "stock_code": str(product), "invoice_date": at, "invoice_no": f"{customer}-{at}"}


def references(folder: Path, *lines: dict[str, object]) -> References:
    database = database_of(order_table(*lines), folder)
    products = database.execute("SELECT DISTINCT product FROM purchases ORDER BY product").fetchnumpy()["product"]
    return References(database, CUTOFF, np.array([1, 2]), products.astype(np.str_))


def test_popularity_counts_the_customers_of_the_last_thirty_days(tmp_path: Path) -> None:
    found = references(
        tmp_path,
        line(1, 10001, 1),
        line(1, 10001, 2),  # the same customer again does not count
        line(2, 10002, 1),
        line(3, 10002, 30),
        line(3, 10003, 31),
        line(4, 10003, 31),
        line(5, 10003, 31),
    )
    assert found.popularity(3).tolist() == [[1, 0, 2], [1, 0, 2]]


def test_personal_frequency_prefers_own_products_then_popular_ones(tmp_path: Path) -> None:
    found = references(
        tmp_path,
        line(1, 10001, 10),
        line(1, 10001, 20),
        line(1, 10002, 10),
        line(2, 10003, 3),
        line(3, 10003, 3),
        line(4, 10003, 3),
    )
    assert found.personal_frequency(3)[0].tolist() == [0, 1, 2]
    assert found.personal_frequency(1)[1].tolist() == [2]


def test_personal_frequency_forgets_slowly(tmp_path: Path) -> None:
    old = [line(1, 10001, days) for days in (1000, 1001)]
    found = references(tmp_path, *old, line(1, 10002, 999), line(2, 10003, 5))
    assert found.personal_frequency(2)[0].tolist() == [0, 1]
