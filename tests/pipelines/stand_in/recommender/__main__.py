"""A service that keeps the recommender's container contract and does nothing else: its MAP@10 is max_depth percent."""

import hashlib
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


def data_hash() -> str:
    return json.loads((read("snapshot") / "snapshot.json").read_text())["data_hash"]


def ingest() -> None:
    (orders,) = read("orders").iterdir()
    (write("snapshot") / "orders.txt").write_bytes(orders.read_bytes())
    digest = hashlib.sha256(orders.read_bytes()).hexdigest()
    (write("snapshot") / "snapshot.json").write_text(json.dumps({"data_hash": digest, "rows": 3}))


def validate() -> None:
    if (read("snapshot") / "orders.txt").read_text() == "dirty":
        (ML / "output").mkdir(exist_ok=True)
        (ML / "output/message").write_text("row 7 has no price")
        sys.exit(1)
    accept((read("snapshot") / "orders.txt").read_text())
    (write("report") / "validation.json").write_text(json.dumps({"passed": True, "data_hash": data_hash()}))
    snapshot = read("snapshot")
    for name in ("orders.txt", "snapshot.json"):
        (write("validated") / name).write_bytes((snapshot / name).read_bytes())


def accept(orders: str) -> None:
    """Keep the days (words) of a history and hand them to the next run, which must have them all."""
    accepted = json.loads((read("accepted") / "accepted.json").read_text())
    days = orders.split() if orders.startswith("history") else []
    if days and set(accepted.get("days", [])) - set(days):
        (ML / "output").mkdir(exist_ok=True)
        (ML / "output/message").write_text(f"generation {accepted['generation']} had other days")
        sys.exit(1)
    if days:
        generation = accepted["generation"] + 1
        record = {"generation": generation, "days": days}
        (write("accepted") / f"{generation:08d}-record.json").write_text(json.dumps(record))


def features() -> None:
    (write("features") / "features.json").write_text(json.dumps({"data_hash": data_hash()}))


def train() -> None:
    given = json.loads((ML / "input/config/hyperparameters.json").read_text())
    described = json.loads((ML / "input/data/features/features.json").read_text())
    model = {"map": int(given["max_depth"]) / 100, "hyperparameters": given, "data_hash": described["data_hash"]}
    (ML / "model/model.json").write_text(json.dumps(model))
    (ML / "model/environment.json").write_text(json.dumps({"threads": 2}))
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
    everybody = {"slice": "market", "value": "home", "customers": CUSTOMERS, "challenger": maps["challenger"]}
    everybody |= {"champion": maps.get("champion"), "standard_error": 0.0 if version else None}
    report = {"schema_version": 1, "k": 10, "customers": CUSTOMERS, "models": models, "slices": [everybody]}
    report["data_hash"] = json.loads((read("features") / "features.json").read_text())["data_hash"]
    report["archive_sha256"] = hashlib.sha256((read("challenger") / "model.tar.gz").read_bytes()).hexdigest()
    tests = [{"kind": kind, "name": "a", "passed": True, "detail": "fine"} for kind in ("unit", "integration")]
    (write("evaluation") / "tests.json").write_text(json.dumps({"tests": tests}))
    (write("evaluation") / "evaluation.json").write_text(json.dumps(report))
    columns = {name: np.full(CUSTOMERS, value) for name, value in maps.items()}
    table = pa.table({"customer": np.arange(CUSTOMERS), **columns})
    parquet.write_table(table, write("evaluation") / "per_customer.parquet")


if __name__ == "__main__":
    globals()[sys.argv[1]]()
