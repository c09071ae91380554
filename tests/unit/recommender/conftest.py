import pyarrow as pa
import pytest

from recommender.simulation.step import simulated_orders
from tests.unit.recommender.synthetic import Run, judge_against, trained


@pytest.fixture(scope="session")
def orders() -> pa.Table:
    return simulated_orders(rows=25_000, seed=3)


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory, orders: pa.Table) -> Run:
    found = trained(tmp_path_factory.mktemp("run"), orders)
    judge_against(found, "evaluate", found.step("train").model, None)
    return found
