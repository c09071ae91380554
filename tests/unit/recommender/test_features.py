from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from recommender.errors import BadArchive
from recommender.features.build import build_states
from recommender.features.labels import Bought, relevant_in
from recommender.features.settings import SCHEMA, FeatureSettings
from recommender.features.state import DISCOVERY_FEATURES, FEATURES, State, States
from tests.unit.recommender.synthetic import database_of, order_table

CUTOFF = datetime(2024, 7, 1)


def order(customer: int, products: str, days_before: float, quantity: int = 1) -> list[dict[str, object]]:
    """An order of one-letter products (A is stock code 10001) some days before the cutoff."""
    return [
        {
            "customer_id": customer,
            "stock_code": str(10_001 + ord(product) - ord("A")),
            "invoice_no": f"{customer}-{days_before}",
            "invoice_date": CUTOFF - timedelta(days=days_before),
            "quantity": quantity,
        }
        for product in products
    ]


def states_of(folder: Path, *orders: list[dict[str, object]], **settings: int) -> States:
    database = database_of(order_table(*[line for lines in orders for line in lines]), folder)
    return build_states(database, CUTOFF, FeatureSettings(**settings))


def state_of(folder: Path, *orders: list[dict[str, object]], **settings: int) -> State:
    return states_of(folder, *orders, **settings).general


def feature(state: State, customer: int, product: str, name: str) -> float:
    row = state.row(customer)
    assert row is not None
    letters = [chr(int(code) - 10_001 + ord("A")) for code in state.products[state.candidates_of(row)]]
    return float(state.matrix_of(row)[letters.index(product), FEATURES.index(name)])


def test_own_purchases_are_counted_aged_and_spaced(tmp_path: Path) -> None:
    state = state_of(tmp_path, order(1, "A", 50, 4), order(1, "AB", 30, 2), order(1, "A", 10), order(2, "C", 5))
    wanted = {
        "pair_times": 3,
        "pair_share_of_orders": 1,
        "pair_days_since": 10,
        "pair_days_known": 50,
        "pair_orders_since": 1,
        "pair_days_between": 20,
        "pair_overdue": 0.5,
        "pair_quantity": 7 / 3,
        "pair_decayed_30": 0.5 ** (50 / 30) + 0.5 + 0.5 ** (10 / 30),
        "customer_orders": 3,
        "customer_days_since_order": 10,
        "customer_lines_per_order": 4 / 3,
        "customer_products": 2,
        "product_buyers": 1,
    }
    assert {name: pytest.approx(feature(state, 1, "A", name), rel=1e-5) for name in wanted} == wanted
    assert feature(state, 1, "B", "pair_orders_since") == 2


def test_what_was_never_bought_has_no_age(tmp_path: Path) -> None:
    state = state_of(tmp_path, order(1, "A", 10), order(2, "AB", 5))
    assert feature(state, 1, "B", "pair_times") == 0
    assert np.isnan(feature(state, 1, "B", "pair_days_since"))


def test_products_bought_together_with_own_ones_come_before_strangers(tmp_path: Path) -> None:
    others = [order(customer, "AB", 20) for customer in range(2, 6)] + [order(customer, "C", 20) for customer in (6, 7)]
    state = state_of(tmp_path, order(1, "A", 10), *others)
    row = state.row(1)
    assert row is not None
    assert state.products[state.candidates_of(row)].tolist() == ["10001", "10002", "10003"]


def test_an_order_at_the_cutoff_or_later_changes_nothing(tmp_path: Path) -> None:
    past = [order(1, "AB", 40), order(2, "B", 20), order(1, "A", 0.001)]
    future = [order(1, "B", 0), order(2, "A", -3), order(3, "Z", -10)]
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    before, after = states_of(tmp_path / "a", *past), states_of(tmp_path / "b", *past, *future)
    assert_same(before.general, after.general)
    assert_same(before.discovery, after.discovery)


def test_a_customer_is_described_alike_alone_and_among_all(simulated: duckdb.DuckDBPyConnection) -> None:
    cutoff = datetime(2024, 6, 1)
    all_states = build_states(simulated, cutoff, FeatureSettings())
    some = all_states.general.customers[3:9:2]
    own_states = build_states(simulated, cutoff, FeatureSettings(), some)
    for kind in ("general", "discovery"):
        everyone, alone = getattr(all_states, kind), getattr(own_states, kind)
        assert alone.customers.tolist() == some.tolist()
        for customer in some.tolist():
            rows = everyone.row(customer), alone.row(customer)
            np.testing.assert_array_equal(everyone.candidates_of(rows[0]), alone.candidates_of(rows[1]))
            np.testing.assert_array_equal(everyone.matrix_of(rows[0]), alone.matrix_of(rows[1]))


def test_fewer_candidates_are_the_first_of_more(simulated: duckdb.DuckDBPyConnection) -> None:
    cutoff = datetime(2024, 6, 1)
    more = build_states(simulated, cutoff, FeatureSettings(candidates=40)).general
    assert_same(more.shortened(15), build_states(simulated, cutoff, FeatureSettings(candidates=15)).general)


def test_the_matrix_of_all_is_the_matrices_of_each(simulated: duckdb.DuckDBPyConnection) -> None:
    states = build_states(simulated, datetime(2024, 6, 1), FeatureSettings(candidates=10))
    for state, features in ((states.general, FEATURES), (states.discovery, DISCOVERY_FEATURES)):
        each = [state.matrix_of(row) for row in range(len(state.customers))]
        np.testing.assert_array_equal(state.matrix(), np.concatenate(each))
        assert state.matrix().shape[1] == len(features)
        some = np.arange(0, len(state.candidates), 7)
        np.testing.assert_array_equal(state.matrix(some), state.matrix()[some])


def test_a_state_survives_the_disk(simulated: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    states = build_states(simulated, datetime(2024, 6, 1), FeatureSettings(candidates=10))
    states.save(tmp_path)
    loaded = States.load(tmp_path)
    assert_same(loaded.general, states.general)
    assert_same(loaded.discovery, states.discovery)


def test_unknown_customers_have_no_row(tmp_path: Path) -> None:
    state = state_of(tmp_path, order(5, "A", 1), order(7, "A", 1))
    assert [state.row(customer) for customer in (4, 5, 6, 7, 8)] == [None, 0, None, 1, None]


def test_the_truth_counts_new_products_but_never_finds_them(tmp_path: Path) -> None:
    state = state_of(tmp_path, order(1, "AB", 10), order(2, "B", 10))
    bought = Bought(customers=np.array([1, 1, 9]), products=np.array(["10002", "99999", "10001"]))
    relevant = relevant_in(state.customers, state.products, bought)
    assert relevant.counts.tolist() == [2, 0]  # customer 9 was not known
    found = relevant.holds(np.array([0, 0, 1, 0]), np.array([0, 1, 1, -1]))
    assert found.tolist() == [False, True, False, False]


def test_settings_of_another_feature_definition_are_refused() -> None:
    with pytest.raises(BadArchive, match=f"the features are of schema 0, this image computes schema {SCHEMA}"):
        FeatureSettings.parse({**FeatureSettings().document(), "schema": 0})


def test_settings_survive_their_document() -> None:
    settings = FeatureSettings(candidates=7, shrink=3)
    assert FeatureSettings.parse(settings.document()) == settings


def assert_same(one: State, other: State) -> None:
    for name in State.__dataclass_fields__:
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name), err_msg=name)


@pytest.fixture(scope="module")
def simulated(orders: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    return database_of(orders, tmp_path_factory.mktemp("orders"))
