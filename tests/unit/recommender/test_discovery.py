from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from recommender.features.build import build_states
from recommender.features.labels import bought_in
from recommender.features.settings import FeatureSettings
from recommender.features.state import DISCOVERY_FEATURES, State
from recommender.features.windows import Window
from tests.unit.recommender.synthetic import database_of, order_table

CUTOFF = datetime(2024, 7, 1)
MUG, MUG_IN_BLUE, PLATE, LAMP, CLOCK = "10001", "10003", "20001", "30001", "40001"
NAMES = {
    MUG: "RED GLASS MUG",
    MUG_IN_BLUE: "MUG OF BLUE GLASS",
    PLATE: "CHINA PLATE",
    LAMP: "DESK LAMP",
    CLOCK: "ALARM CLOCK",
}


def order(customer: int, *products: str, days_before: float, quantity: int = 1) -> list[dict[str, object]]:
    return [
        {
            "customer_id": customer,
            "stock_code": product,
            "description": NAMES[product],
            "invoice_no": f"{customer}-{days_before}",
            "invoice_date": CUTOFF - timedelta(days=days_before),
            "quantity": quantity,
        }
        for product in products
    ]


def discovery_of(folder: Path, *orders: list[dict[str, object]], **settings: int) -> State:
    database = database_of(order_table(*[line for lines in orders for line in lines]), folder)
    return build_states(database, CUTOFF, FeatureSettings(**settings)).discovery


def offered(state: State, customer: int) -> list[str]:
    row = state.row(customer)
    assert row is not None
    return state.products[state.candidates_of(row)].tolist()


def feature(state: State, customer: int, product: str, name: str) -> float:
    row = state.row(customer)
    assert row is not None
    return float(state.matrix_of(row)[offered(state, customer).index(product), DISCOVERY_FEATURES.index(name)])


def test_nobody_is_offered_what_was_bought_before(tmp_path: Path) -> None:
    state = discovery_of(
        tmp_path,
        order(1, MUG, PLATE, days_before=100),
        order(2, MUG, LAMP, days_before=5),
        order(3, CLOCK, days_before=9),
    )
    assert {customer: sorted(offered(state, customer)) for customer in (1, 2, 3)} == {
        1: [LAMP, CLOCK],
        2: [PLATE, CLOCK],
        3: [MUG, PLATE, LAMP],
    }


def test_whoever_has_bought_everything_is_offered_nothing(tmp_path: Path) -> None:
    state = discovery_of(tmp_path, order(1, MUG, PLATE, days_before=10), order(2, MUG, days_before=5))
    assert (offered(state, 1), offered(state, 2)) == ([], [PLATE])


def test_what_is_bought_together_comes_first(tmp_path: Path) -> None:
    pairs = [order(customer, MUG, LAMP, days_before=20) for customer in range(2, 8)]
    strangers = [order(customer, CLOCK, days_before=20) for customer in range(8, 12)]
    state = discovery_of(tmp_path, order(1, MUG, days_before=10), *pairs, *strangers)
    assert offered(state, 1) == [LAMP, CLOCK]
    assert feature(state, 1, LAMP, "pair_similarity") == 1.0
    assert feature(state, 1, CLOCK, "pair_similarity") == 0.0


def test_words_and_stock_codes_tell_of_products_that_nobody_bought_together(tmp_path: Path) -> None:
    state = discovery_of(
        tmp_path, order(1, MUG, days_before=10), order(2, MUG_IN_BLUE, days_before=10), order(3, PLATE, days_before=10)
    )
    assert feature(state, 1, MUG_IN_BLUE, "pair_similarity_total") == 0.0
    assert feature(state, 1, MUG_IN_BLUE, "pair_similarity_by_words") > 0.05
    assert feature(state, 1, PLATE, "pair_similarity_by_words") == 0.0
    assert feature(state, 1, MUG_IN_BLUE, "pair_neighbours_by_code") == 1.0
    assert feature(state, 1, PLATE, "pair_neighbours_by_code") == 0.0
    assert offered(state, 1)[0] == MUG_IN_BLUE


def test_the_last_order_is_told_from_those_before(tmp_path: Path) -> None:
    pairs = [order(customer, PLATE, LAMP, days_before=20) for customer in range(2, 6)]
    others = [order(customer, MUG, CLOCK, days_before=20) for customer in range(6, 10)]
    state = discovery_of(tmp_path, order(1, MUG, days_before=60), order(1, PLATE, days_before=2), *pairs, *others)
    assert feature(state, 1, LAMP, "pair_similarity_to_last_order") > 0
    assert feature(state, 1, CLOCK, "pair_similarity_to_last_order") == 0
    assert feature(state, 1, CLOCK, "pair_similarity_total") > 0


def test_first_buyers_are_not_those_who_come_back(tmp_path: Path) -> None:
    state = discovery_of(
        tmp_path,
        order(1, MUG, days_before=5),
        order(2, LAMP, days_before=90),
        order(2, LAMP, days_before=5),
        order(3, LAMP, days_before=4),
        order(4, LAMP, days_before=20),
    )
    wanted = {
        "product_first_buyers_7": 1,
        "product_first_buyers_30": 2,
        "product_buyers_30": 3,
        "product_first_share": 0.6,
    }
    assert {name: pytest.approx(feature(state, 1, LAMP, name)) for name in wanted} == wanted


def test_fewer_candidates_are_the_first_of_more(simulated: duckdb.DuckDBPyConnection) -> None:
    more = build_states(simulated, datetime(2024, 6, 1), FeatureSettings(discovery_candidates=40)).discovery
    fewer = build_states(simulated, datetime(2024, 6, 1), FeatureSettings(discovery_candidates=15)).discovery
    np.testing.assert_array_equal(more.shortened(15).candidates, fewer.candidates)
    np.testing.assert_array_equal(more.shortened(15).pair_features, fewer.pair_features)


def test_new_is_what_that_customer_had_never_bought(tmp_path: Path) -> None:
    lines = [
        *order(1, MUG, days_before=30),
        *order(1, MUG, LAMP, days_before=-3),
        *order(2, MUG, days_before=-5),
        *order(3, PLATE, days_before=-90),
    ]
    window = Window(cutoff=CUTOFF, end=CUTOFF + timedelta(days=31))
    found = bought_in(database_of(order_table(*lines), tmp_path), window, new=True)
    assert list(zip(found.customers.tolist(), found.products.tolist(), strict=True)) == [(1, LAMP), (2, MUG)]


@pytest.fixture(scope="module")
def simulated(orders: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return database_of(orders, tmp_path_factory.mktemp("orders"))
