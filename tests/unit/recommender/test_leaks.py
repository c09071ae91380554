"""Point in time: what happens from the cutoff on changes no feature, and a feature that looks there is caught."""

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import duckdb
import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recommender.container import Container
from recommender.errors import LeakingFeature
from recommender.features import step
from recommender.features.customers import customers
from recommender.features.engine import DuckDb, column
from recommender.features.leaks import check_leaks
from recommender.features.moment import DEFINITION, Definition
from recommender.features.pairs import owned
from recommender.features.products import products
from recommender.features.settings import FeatureSettings
from recommender.ingest import describe
from recommender.purchases import connect
from tests.unit.recommender.synthetic import database_of, run_step

CUTOFF = datetime(2024, 6, 4)  # a Tuesday: the shop is open
SETTINGS = FeatureSettings()
PURCHASE = pa.schema(
    {
        "customer": pa.int64(),
        "invoice": pa.string(),
        "product": pa.string(),
        "time": pa.timestamp("us"),
        "quantity": pa.int64(),
        "price": pa.float64(),
    }
)


@pytest.fixture(scope="module")
def shop(orders: pa.Table, tmp_path_factory: pytest.TempPathFactory) -> DuckDb:
    return DuckDb(database_of(orders, tmp_path_factory.mktemp("orders")))


def test_the_definition_leaks_nothing(shop: DuckDb) -> None:
    check_leaks(shop, CUTOFF, SETTINGS)


def all_time_orders(purchases: Any, cutoff: datetime) -> Any:
    """Counts what is bought after the cutoff too."""
    honest = customers(purchases, cutoff)
    ever = purchases.group_by("customer").agg(customer_orders=purchases.invoice.nunique())
    return honest.drop("customer_orders").join(ever, "customer")


def days_to_the_last_sale(purchases: Any, cutoff: datetime) -> Any:
    """Counts age from the end of the data instead of the cutoff."""
    honest: Any = products(purchases, cutoff)
    last = purchases.agg(last=purchases.time.max())
    both: Any = honest.cross_join(last)
    late = both["last"].delta(ibis.timestamp(cutoff), unit="second") / 86_400
    return both.mutate(product_days_since_sale=both.product_days_since_sale + late).drop("last")


def bought_again(purchases: Any, cutoff: datetime, settings: FeatureSettings) -> Any:
    """Knows whether the pair comes back: the label itself."""
    honest = owned(purchases, cutoff, settings)
    ever = purchases.group_by("customer", "product").agg(times=purchases.count())
    return honest.drop("times").join(ever, ["customer", "product"])


def a_day_too_late(purchases: Any, cutoff: datetime) -> Any:
    """Off by one day: `<=` of dates where `<` of moments is meant."""
    return customers(purchases, cutoff + timedelta(days=1))


@pytest.mark.parametrize(
    ("leaking", "message"),
    [
        (Definition(customers=all_time_orders), "the feature customer_orders of customer "),
        (Definition(products=days_to_the_last_sale), "the feature product_days_since_sale of product "),
        (Definition(owned=bought_again), "the feature times of customer "),
        (Definition(customers=a_day_too_late), "of customer |rows by customer"),
    ],
)
def test_a_planted_leak_is_caught_by_name(shop: DuckDb, leaking: Definition, message: str) -> None:
    with pytest.raises(LeakingFeature, match=message) as caught:
        check_leaks(shop, CUTOFF, SETTINGS, leaking)
    assert "2024-06-04" in str(caught.value)
    assert "known(purchases, cutoff)" in str(caught.value)


def test_customers_who_come_only_later_are_a_leak(shop: DuckDb) -> None:
    def everybody(purchases: Any, cutoff: datetime) -> Any:
        return purchases.group_by("customer").agg(customer_orders=purchases.count())

    with pytest.raises(LeakingFeature, match="rows by customer, and"):
        check_leaks(shop, datetime(2024, 1, 15), SETTINGS, Definition(customers=everybody))


moments = st.integers(min_value=0, max_value=400 * 86_400_000_000).map(lambda us: timedelta(microseconds=us))
lines = st.fixed_dictionaries(
    {
        "customer": st.integers(1, 4),
        "product": st.sampled_from(["10001", "10002", "10003"]),
        "invoice": st.sampled_from(["a", "b", "c"]),
        "quantity": st.integers(1, 50),
        "price": st.floats(0.01, 100),
    }
)


def one_an_order(entry: tuple[dict[str, Any], timedelta]) -> tuple[Any, ...]:
    line, _ = entry
    return line["customer"], line["invoice"], line["product"]


past = st.lists(st.tuples(lines, moments.filter(bool)), min_size=1, max_size=12, unique_by=one_an_order)
future = st.lists(st.tuples(lines, moments), max_size=12)


class Compiled:
    """The expressions as SQL, made once: making them takes longer than running them on a dozen rows."""

    def __init__(self, database: duckdb.DuckDBPyConnection) -> None:
        self._database = database
        rows = ibis.table(ibis.Schema.from_pyarrow(PURCHASE), name="purchases")
        expressions: list[tuple[Any, tuple[str, ...]]] = [
            (DEFINITION.customers(rows, CUTOFF), ("customer",)),
            (DEFINITION.products(rows, CUTOFF), ("product",)),
            (DEFINITION.owned(rows, CUTOFF, SETTINGS), ("customer", "product")),
        ]
        self._queries = [str(ibis.to_sql(one.order_by(keys), dialect="duckdb")) for one, keys in expressions]

    def features_of(self, purchases: list[dict[str, Any]]) -> list[pa.Table]:
        self._database.register("purchases", pa.Table.from_pylist(purchases, schema=PURCHASE))
        return [self._database.sql(query).to_arrow_table() for query in self._queries]


@pytest.fixture(scope="module")
def compiled() -> Iterator[Compiled]:
    with connect() as database:
        yield Compiled(database)


@given(past=past, future=future)
@settings(max_examples=40, deadline=None)
def test_adding_removing_or_changing_later_purchases_changes_no_feature(
    compiled: Compiled, past: list[Any], future: list[Any]
) -> None:
    before = [line | {"time": CUTOFF - ago} for line, ago in past]
    later = [line | {"time": CUTOFF + after} for line, after in future]
    assert compiled.features_of([*before, *later]) == compiled.features_of(before)


@given(past=past, random=st.randoms(use_true_random=False))
@settings(max_examples=20, deadline=None)
def test_a_line_that_arrives_late_counts_from_the_moment_of_its_order(
    compiled: Compiled, past: list[Any], random: Random
) -> None:
    """Where a row stands in the snapshot says nothing: what counts is when it was ordered."""
    rows = [line | {"time": CUTOFF - ago} for line, ago in past]
    late = random.sample(rows, len(rows))
    for one, other in zip(compiled.features_of(rows), compiled.features_of(late), strict=True):
        for name in one.column_names:
            if pa.types.is_string(one.schema.field(name).type):
                assert one[name].equals(other[name])
            else:
                np.testing.assert_allclose(column(one, name), column(other, name), rtol=1e-9, err_msg=name)


def test_the_features_step_checks_itself_on_the_cutoff_with_most_behind_it(
    orders: pa.Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def leaking(*_: object) -> None:
        raise LeakingFeature("it looks past the cutoff")

    monkeypatch.setattr(step, "check_leaks", leaking)
    container = Container(root=tmp_path)
    folder = container.processing_input("snapshot")
    folder.mkdir(parents=True)
    parquet.write_table(orders, folder / "orders.parquet")
    (folder / "snapshot.json").write_text(json.dumps(describe(orders, "hash")))
    assert run_step(container, "features") == 1
    assert (tmp_path / "output" / "failure").read_text() == "it looks past the cutoff"
