"""Evaluations as the recommender writes them, with chosen numbers."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

CUSTOMERS = 400
DATA_HASH = "5f0c"
TESTS: dict[str, Any] = {
    "tests": [
        {"kind": kind, "name": name, "passed": True, "detail": "as it must be"}
        for kind, name in (("unit", "repeats"), ("unit", "distinct"), ("integration", "served"))
    ]
}
VALIDATION = {"passed": True, "data_hash": DATA_HASH}


def scores(mean: float, *, seed: int = 0, spread: float = 0.2) -> np.ndarray:
    """Average precisions of CUSTOMERS customers with exactly this mean."""
    noise = np.random.default_rng(seed).normal(0, spread * min(mean, 1 - mean), CUSTOMERS)
    return mean + noise - noise.mean()


def metrics(values: np.ndarray, **more: Any) -> dict[str, Any]:
    return {
        "map_at_10": float(values.mean()),
        "ndcg_at_10": 0.3,
        "recall_at_10": 0.2,
        "coverage": 0.5,
        "latency_ms_p50": 1.5,
    } | more


def without_latency(model: dict[str, Any]) -> dict[str, Any]:
    """Baselines answer nobody, so nobody measures how fast they are."""
    return {name: value for name, value in model.items() if name != "latency_ms_p50"}


def evaluation(
    *, challenger: float, champion: float | None, personal: float = 0.2
) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Return an evaluation.json and the columns of its per_customer.parquet."""
    noise = scores(0.5) - 0.5
    columns = {"challenger": challenger + noise, "personal_frequency": personal + noise}
    if champion is not None:
        columns["champion"] = champion + noise
    report = {
        "schema_version": 1,
        "k": 10,
        "customers": CUSTOMERS,
        "data_hash": DATA_HASH,
        "models": {
            "challenger": metrics(columns["challenger"]),
            "champion": None if champion is None else metrics(columns["champion"], version="3"),
            "personal_frequency": without_latency(metrics(columns["personal_frequency"])),
        },
        "slices": [
            {
                "slice": "country",
                "value": value,
                "customers": n,
                "challenger": challenger,
                "champion": champion,
                "standard_error": None if champion is None else 0.01,
            }
            for value, n in (("United Kingdom", 300), ("France", 60), ("Malta", 40))
        ],
    }
    return report, columns


def write(root: Path, report: dict[str, Any], columns: dict[str, np.ndarray], champion: str | None) -> Path:
    """Lay out a processing job's input folder under `root`."""
    for name in ("evaluation", "champion", "validation"):
        (root / "input" / name).mkdir(parents=True)
    (root / "input/evaluation/evaluation.json").write_text(json.dumps(report))
    table = {"customer": np.arange(CUSTOMERS)} | columns
    filled = {name: pa.array(table.get(name, [None] * CUSTOMERS)) for name in table | {"champion": None}}
    pq.write_table(pa.table(filled), root / "input/evaluation/per_customer.parquet")
    (root / "input/evaluation/tests.json").write_text(json.dumps(TESTS))
    (root / "input/validation/validation.json").write_text(json.dumps(VALIDATION))
    (root / "input/champion/champion.json").write_text(json.dumps({"version": champion}))
    return root
