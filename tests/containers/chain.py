"""The steps of a training run as SageMaker would start them, their files handed on in between."""

import json
import tarfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as parquet

from recommender.simulation.step import simulated_orders
from tests.containers.runners import Ended, Runner, copied, run

HYPERPARAMETERS = {"n_estimators": "30", "max_depth": "3", "seed": "1"}
GATE = (
    *("--minimum-ratio", "1.01", "--confidence", "0.9", "--maximum-slice-loss", "0.1", "--minimum-map-at-10", "0.05"),
    *("--minimum-coverage", "0.02", "--maximum-latency-ms", "50", "--minimum-slice-customers", "50"),
)


@dataclass(frozen=True)
class Chain:
    """Each step's /opt/ml, and how the step ended."""

    root: Path
    ended: dict[str, Ended]

    def output(self, step: str, name: str) -> Path:
        return self.root / step / "processing" / "output" / name

    def read(self, step: str, name: str, file: str) -> dict[str, Any]:
        return json.loads((self.output(step, name) / file).read_text())

    @property
    def model(self) -> Path:
        return self.root / "train" / "model"


def run_chain(runner: Runner, root: Path) -> Chain:
    """Run ingest, validate, features, train, evaluate and the gate."""
    chain = Chain(root, {})

    def process(step: str, inputs: dict[str, Path], arguments: Sequence[str] = (), module: str = "recommender") -> None:
        for name, source in inputs.items():
            copied(source, root / step / "processing" / "input" / name)
        (root / step / "processing" / "output").mkdir(parents=True, exist_ok=True)
        command = ("python", "-m", module, *((step,) if module == "recommender" else ()))
        chain.ended[step] = run(runner, "training", arguments, root / step, command)
        assert chain.ended[step].code == 0, chain.ended[step].output

    orders = root / "orders"
    orders.mkdir()
    parquet.write_table(simulated_orders(rows=25_000, seed=3), orders / "orders.parquet")
    process("ingest", {"orders": orders})
    process("validate", {"snapshot": chain.output("ingest", "snapshot")})
    process("features", {"snapshot": chain.output("validate", "validated")}, ("--windows", "3"))
    features = chain.output("features", "features")
    prepare_training(root / "train", features, HYPERPARAMETERS)
    chain.ended["train"] = run(runner, "training", ["train"], root / "train")
    assert chain.ended["train"].code == 0, chain.ended["train"].output
    challenger, champion = root / "challenger", root / "champion"
    for folder in (challenger, champion):
        folder.mkdir()
    with tarfile.open(challenger / "model.tar.gz", "w:gz") as packed:
        packed.add(chain.model, arcname=".")
    (champion / "champion.json").write_text('{"version": null}')
    process("evaluate", {"features": features, "challenger": challenger, "champion": champion})
    process(
        "gate",
        {
            "evaluation": chain.output("evaluate", "evaluation"),
            "champion": champion,
            "validation": chain.output("validate", "report"),
        },
        GATE,
        module="trainyard.gate",
    )
    return chain


def prepare_training(opt_ml: Path, features: Path | None, hyperparameters: dict[str, str]) -> Path:
    """Lay out what SageMaker gives a training container; all of it is owned by root."""
    for folder in ("input/config", "input/data", "model", "output/data"):
        (opt_ml / folder).mkdir(parents=True)
    if features:
        copied(features, opt_ml / "input" / "data" / "features")
    documents: dict[str, dict[str, Any]] = {
        "hyperparameters": hyperparameters,
        "resourceconfig": {"current_host": "algo-1", "hosts": ["algo-1"], "network_interface_name": "eth0"},
        "inputdataconfig": {"features": {"TrainingInputMode": "File", "S3DistributionType": "FullyReplicated"}},
    }
    for name, document in documents.items():
        (opt_ml / "input" / "config" / f"{name}.json").write_text(json.dumps(document))
    return opt_ml
