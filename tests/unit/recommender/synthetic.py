"""What the tests of the recommender share: orders, and all steps run on them."""

import json
import tarfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.__main__ import main
from recommender.container import Container
from recommender.orders import SCHEMA
from recommender.purchases import connect, extract_purchases


def order_table(*lines: dict[str, object]) -> pa.Table:
    """Orders from the columns that a test is about; the rest is an ordinary line."""
    ordinary = {
        "invoice_no": "500001",
        "stock_code": "10001",
        "description": "RED GLASS MUG",
        "quantity": 2,
        "invoice_date": datetime(2024, 1, 1, 12),
        "unit_price": 1.5,
        "customer_id": 1,
        "country": "United Kingdom",
    }
    return pa.Table.from_pylist([ordinary | line for line in lines], schema=SCHEMA)


def database_of(orders: pa.Table, folder: Path) -> duckdb.DuckDBPyConnection:
    """A database with the purchases of these orders."""
    parquet.write_table(orders, folder / "orders.parquet")
    database = connect()
    extract_purchases(database, folder / "orders.parquet")
    return database


@dataclass(frozen=True, kw_only=True)
class Run:
    """All steps run on one set of orders, each in a container of its own, files handed on as the pipeline does."""

    root: Path

    def step(self, name: str) -> Container:
        return Container(root=self.root / name)

    def read(self, step: str, output: str, file: str) -> dict[str, object]:
        return json.loads((self.step(step).processing_output(output) / file).read_text())


def trained(root: Path, orders: pa.Table) -> Run:
    """All steps up to a first model, run on these orders."""
    found = Run(root=root)
    arrived = found.step("ingest").processing_input("orders")
    arrived.mkdir(parents=True)
    parquet.write_table(orders, arrived / "orders.parquet")
    assert run_step(found.step("ingest"), "ingest") == 0
    hand_on(found.step("ingest").processing_output("snapshot"), found.step("validate").processing_input("snapshot"))
    assert run_step(found.step("validate"), "validate") == 0
    hand_on(found.step("validate").processing_output("validated"), found.step("features").processing_input("snapshot"))
    assert run_step(found.step("features"), "features", "--windows", "3") == 0
    train_on(found.step("train"), found.step("features").processing_output("features"), seed="1")
    return found


def hand_on(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source)


def run_step(container: Container, *arguments: str) -> int:
    return main(["--opt-ml", str(container.root), *arguments])


def train_on(container: Container, from_features: Path, **hyperparameters: str) -> None:
    hand_on(from_features, container.training_channel("features"))
    configuration = container.root / "input" / "config"
    configuration.mkdir(parents=True)
    (configuration / "hyperparameters.json").write_text(json.dumps({"n_estimators": "30", **hyperparameters}))
    assert run_step(container, "train") == 0


def pack(model: Path, archive: Path) -> None:
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(model, arcname=".")


def judge_against(run: Run, step: str, challenger: Path, champion: Path | None) -> Container:
    container = run.step(step)
    hand_on(run.step("features").processing_output("features"), container.processing_input("features"))
    pack(challenger, container.processing_input("challenger") / "model.tar.gz")
    folder = container.processing_input("champion")
    folder.mkdir(parents=True)
    (folder / "champion.json").write_text(json.dumps({"version": None if champion is None else "3"}))
    if champion is not None:
        pack(champion, folder / "model.tar.gz")
    assert run_step(container, "evaluate") == 0
    return container
