"""One definition, two engines: Spark computes what DuckDB computes, on every row."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from recommender.container import Container
from recommender.errors import EngineMissing
from recommender.features import spark
from recommender.features.engine import DuckDb, Engine, column
from recommender.features.leaks import check_leaks
from recommender.features.moment import Moment, keep_tables
from recommender.features.settings import FeatureSettings
from recommender.features.spark import Spark, open_session
from recommender.features.state import State
from recommender.ingest import describe
from recommender.purchases import connect, extract
from recommender.simulation.step import simulated_orders
from tests.unit.recommender.synthetic import run_step

pytestmark = [
    # pyspark's, of pandas and of the sockets between Python and Java, which it leaves to the end of the process.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

CUTOFF = datetime(2024, 7, 1)
SETTINGS = FeatureSettings(candidates=30, discovery_candidates=40)
JAVA = "openjdk-17-jre-headless"


@pytest.fixture(scope="module", autouse=True)
def java() -> None:
    """Spark is Java: Debian's package is installed where it is missing."""
    if shutil.which("java"):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        pytest.skip("Spark needs Java 17, which is not here, and there is no apt-get (or no root) to install it")
    subprocess.run(["apt-get", "update", "--quiet"], check=True)
    subprocess.run(["apt-get", "install", "--yes", "--quiet", "--no-install-recommends", JAVA], check=True)


@pytest.fixture(scope="module")
def orders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("orders") / "orders.parquet"
    parquet.write_table(simulated_orders(rows=6_000, seed=5), path)
    return path


@pytest.fixture(scope="module")
def engines(orders: Path, java: None) -> Iterator[dict[str, Engine]]:
    session = open_session("local[2]", shuffle_partitions=2)
    with connect() as database:
        both: dict[str, Engine] = {"duckdb": DuckDb(database), "spark": Spark(session)}
        for engine in both.values():
            extract(engine, orders)
        yield both
    session.stop()


def test_all_rows_of_all_features_are_equal(engines: dict[str, Engine]) -> None:
    found: dict[str, dict[str, pa.Table]] = {}
    for name, engine in engines.items():
        tables = keep_tables(engine, CUTOFF, SETTINGS)
        found[name] = {
            "purchases": engine.fetch(engine.table("purchases").order_by("customer", "invoice", "product")),
            "products": engine.fetch(engine.table("products").order_by("product")),
            "customer features": engine.fetch(tables.customers.order_by("customer")),
            "product features": engine.fetch(tables.products.order_by("product")),
            "pairs": engine.fetch(tables.owned.order_by("customer", "product")),
        }
    for name, rows in found["duckdb"].items():
        assert rows.num_rows > 50, name
        assert_equal(rows, found["spark"][name], name)


def assert_equal(one: pa.Table, other: pa.Table, what: str) -> None:
    """Whole numbers, texts and what is missing exactly; fractions to a billionth."""
    assert one.column_names == other.column_names
    assert one.num_rows == other.num_rows, what
    for name in one.column_names:
        assert one[name].is_null().equals(other[name].is_null()), f"{what}: {name} is missing elsewhere"
        if pa.types.is_floating(one[name].type):
            np.testing.assert_allclose(column(one, name), column(other, name), rtol=1e-9, err_msg=f"{what}: {name}")
        else:
            assert one[name].to_pylist() == other[name].to_pylist(), f"{what}: {name}"


def test_states_are_equal_so_retrieval_and_pair_features_are_too(engines: dict[str, Engine]) -> None:
    one, other = (list(Moment(engine, CUTOFF, SETTINGS).blocks()) for engine in engines.values())
    assert len(one) == len(other) == 1
    for kind in ("general", "discovery"):
        states: tuple[State, State] = getattr(one[0], kind), getattr(other[0], kind)
        for name in State.__dataclass_fields__:
            values = [getattr(state, name) for state in states]
            if values[0].dtype.kind == "f":
                np.testing.assert_allclose(*values, rtol=1e-6, err_msg=name)  # of 32 bits
            else:
                np.testing.assert_array_equal(*values, err_msg=name)


def test_no_feature_leaks_on_spark_either(engines: dict[str, Engine]) -> None:
    check_leaks(engines["spark"], CUTOFF, SETTINGS)


def test_the_step_leaves_the_same_files(
    engines: dict[str, Engine], orders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spark.SparkSession, "stop", lambda _: None)  # the session of the other tests
    outputs = {name: features_step(tmp_path / name, orders, name) for name in engines}
    assert outputs["duckdb"]["training_general"].num_rows > 500
    for name in ("training_general", "training_discovery", "products", "customer_features", "product_features"):
        assert_equal_in_32_bits(outputs["duckdb"][name], outputs["spark"][name])


def snapshot_in(root: Path, orders: Path) -> Container:
    container = Container(root=root)
    snapshot = container.processing_input("snapshot")
    snapshot.mkdir(parents=True)
    (snapshot / "orders.parquet").symlink_to(orders)
    (snapshot / "snapshot.json").write_text(json.dumps(describe(parquet.read_table(orders), "hash")))
    return container


def features_step(root: Path, orders: Path, engine: str) -> dict[str, pa.Table]:
    container = snapshot_in(root, orders)
    assert run_step(container, "features", "--engine", engine, "--windows", "1") == 0
    return {file.stem: parquet.read_table(file) for file in container.processing_output("features").glob("*.parquet")}


def assert_equal_in_32_bits(one: pa.Table, other: pa.Table) -> None:
    assert (one.column_names, one.schema.types) == (other.column_names, other.schema.types)
    for name in one.column_names:
        if pa.types.is_floating(one[name].type):
            np.testing.assert_allclose(column(one, name), column(other, name), rtol=1e-6, err_msg=name)
        else:
            assert one[name].equals(other[name]), name


def test_without_java_the_step_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.delenv("JAVA_HOME", raising=False)
    with pytest.raises(EngineMissing, match="Spark needs Java 17"):
        open_session()
