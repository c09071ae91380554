import pyarrow as pa
import pyarrow.parquet as parquet
import pytest

from recommender.simulation.step import simulated_orders
from tests.unit.recommender.synthetic import Run, hand_on, judge_against, run_step, train_on


@pytest.fixture(scope="session")
def orders() -> pa.Table:
    return simulated_orders(rows=25_000, seed=3)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, orders: pa.Table) -> Run:
    found = Run(root=tmp_path_factory.mktemp("run"))
    arrived = found.step("ingest").processing_input("orders")
    arrived.mkdir(parents=True)
    parquet.write_table(orders, arrived / "orders.parquet")
    assert run_step(found.step("ingest"), "ingest") == 0
    snapshot = found.step("ingest").processing_output("snapshot")
    for step in ("validate", "features"):
        hand_on(snapshot, found.step(step).processing_input("snapshot"))
    assert run_step(found.step("validate"), "validate") == 0
    assert run_step(found.step("features"), "features", "--windows", "3") == 0
    features = found.step("features").processing_output("features")
    train_on(found.step("train"), features, seed="1")
    judge_against(found, "evaluate", found.step("train").model, None)
    return found
