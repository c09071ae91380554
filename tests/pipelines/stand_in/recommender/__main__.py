"""A service that keeps the recommender's container contract and does nothing else: its MAP@10 is max_depth percent."""

import json
import sys
import tarfile
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

ML = Path("/opt/ml")
CUSTOMERS = 200


def read(name: str) -> Path:
    return ML / "processing/input" / name


def write(name: str) -> Path:
    folder = ML / "processing/output" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def ingest() -> None:
    (orders,) = read("orders").iterdir()
    (write("snapshot") / "orders.txt").write_bytes(orders.read_bytes())
    (write("snapshot") / "snapshot.json").write_text(json.dumps({"data_hash": "abc", "rows": 3}))


def validate() -> None:
    if (read("snapshot") / "orders.txt").read_text() == "dirty":
        (ML / "output").mkdir(exist_ok=True)
        (ML / "output/message").write_text("row 7 has no price")
        sys.exit(1)
    (write("report") / "validation.json").write_text("{}")
    (write("validated") / "snapshot.json").write_text("{}")


def features() -> None:
    (write("features") / "features.json").write_text("{}")


def train() -> None:
    given = json.loads((ML / "input/config/hyperparameters.json").read_text())
    (ML / "model/model.json").write_text(json.dumps({"map": int(given["max_depth"]) / 100}))
    print("training_rows=1234;")


def score(archive: Path) -> float:
    with tarfile.open(archive) as content:
        return json.load(content.extractfile("model.json"))["map"]


def evaluate() -> None:
    version = json.loads((read("champion") / "champion.json").read_text())["version"]
    maps = {"challenger": score(read("challenger") / "model.tar.gz"), "personal_frequency": 0.03}
    if version:
        maps["champion"] = score(read("champion") / "model.tar.gz")
    rest = {"ndcg_at_10": 0.1, "recall_at_10": 0.1, "coverage": 0.1, "latency_ms_p50": 1.0}
    models = {name: {"map_at_10": value, **rest} for name, value in maps.items()}
    models["champion"] = models["champion"] | {"version": version} if version else None
    report = {"schema_version": 1, "k": 10, "customers": CUSTOMERS, "models": models, "slices": []}
    (write("evaluation") / "evaluation.json").write_text(json.dumps(report))
    columns = {name: np.full(CUSTOMERS, value) for name, value in maps.items()}
    table = pa.table({"customer": np.arange(CUSTOMERS), **columns})
    parquet.write_table(table, write("evaluation") / "per_customer.parquet")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
