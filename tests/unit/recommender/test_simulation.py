from datetime import datetime

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from recommender.orders import SCHEMA
from recommender.simulation.step import simulate, simulated_orders
from recommender.validation.dirt import KINDS


def test_the_same_seed_gives_the_same_orders_and_another_gives_others() -> None:
    first = simulated_orders(rows=3000, seed=5)
    assert first.equals(simulated_orders(rows=3000, seed=5))
    assert not first.equals(simulated_orders(rows=3000, seed=6))


def test_the_schema_is_that_of_real_orders(orders: pa.Table) -> None:
    assert orders.schema == SCHEMA


def test_about_as_many_rows_as_asked_for_over_nine_months(orders: pa.Table) -> None:
    assert 20_000 < orders.num_rows < 30_000
    dates = orders["invoice_date"].sort()
    assert dates[0].as_py() < datetime(2023, 12, 8)
    assert datetime(2024, 8, 24) < dates[-1].as_py() < datetime(2024, 9, 1)


def test_nobody_orders_on_a_saturday(orders: pa.Table) -> None:
    assert not any(moment.weekday() == 5 for moment in orders["invoice_date"].to_pylist())


def test_every_kind_of_dirt_is_there_and_none_drowns_the_rest(orders: pa.Table) -> None:
    for kind in KINDS:
        dirty = duckdb.sql(f"SELECT count(*) FILTER (WHERE {kind.condition}) / count(*) FROM orders").fetchall()[0][0]
        assert 0 < dirty < kind.failure, kind.check


def test_a_few_products_make_most_of_the_sales(orders: pa.Table) -> None:
    sold = np.sort(orders["stock_code"].value_counts().field("counts").to_numpy())[::-1]
    assert sold[: len(sold) // 5].sum() > 0.35 * sold.sum()


def test_too_few_rows_for_a_shop_are_refused() -> None:
    with pytest.raises(ValueError, match="100 rows make no shop; at least 2000 are needed"):
        simulated_orders(rows=100, seed=0)


def test_the_command_writes_a_file(tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    simulate([str(tmp_path / "orders.parquet"), "--rows", "2500", "--seed", "1"])
    assert parquet.read_table(tmp_path / "orders.parquet").equals(simulated_orders(rows=2500, seed=1))
    assert "simulated" in capsys.readouterr().out
