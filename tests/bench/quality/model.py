"""The recommender as it is trained in production: each step in a container of its own, on one cutoff."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import numpy.typing as npt

from recommender.container import Container
from recommender.features.build import build_states
from recommender.features.state import State
from recommender.purchases import connect, extract_purchases
from recommender.ranking.archive import Ranker, read_model


@dataclass(frozen=True, kw_only=True)
class Scored:
    """Candidates of customers with their scores; whoever is not among them scores nothing."""

    customers: npt.NDArray[np.int64]
    products: npt.NDArray[np.str_]
    rows: npt.NDArray[np.int64]
    """Positions of customers, one an entry."""
    columns: npt.NDArray[np.int64]
    scores: npt.NDArray[np.float32]


@dataclass(frozen=True, kw_only=True)
class Measured:
    """A model's scores at the cutoff, and what they took."""

    general: Scored
    discovery: Scored
    train_seconds: float
    """Ingest, validation, features and training, each a process."""
    score_all_seconds: float
    """Features of all customers at the cutoff, and their candidates scored by both rankers."""


def measure(orders: Path, cutoff: datetime, folder: Path) -> Measured:
    """Train on what was known before a cutoff with the defaults, and score everybody known then.

    Raises:
        subprocess.CalledProcessError: a step failed.
    """
    start = time.perf_counter()
    _hand_on(orders, _of(folder, "ingest").processing_input("orders") / "orders.parquet")
    _run(folder, "ingest")
    _hand_on(_of(folder, "ingest").processing_output("snapshot"), _of(folder, "validate").processing_input("snapshot"))
    _run(folder, "validate")
    validated = _of(folder, "validate").processing_output("validated")
    _hand_on(validated, _of(folder, "features").processing_input("snapshot"))
    _run(folder, "features", "--cutoff", cutoff.isoformat())
    features = _of(folder, "features").processing_output("features")
    _hand_on(features, _of(folder, "train").training_channel("features"))
    _run(folder, "train")
    trained = time.perf_counter() - start

    start = time.perf_counter()
    model = read_model(_of(folder, "train").model, threads=2)
    with connect() as database:
        extract_purchases(database, validated / "orders.parquet")
        states = build_states(database, cutoff, model.settings)
    general, discovery = _scored(states.general, model.general), _scored(states.discovery, model.discovery)
    return Measured(
        general=general,
        discovery=discovery,
        train_seconds=trained,
        score_all_seconds=time.perf_counter() - start,
    )


def _scored(state: State, ranker: Ranker) -> Scored:
    return Scored(
        customers=state.customers,
        products=state.products,
        rows=np.repeat(np.arange(len(state.customers)), np.diff(state.offsets)),
        columns=state.candidates.astype(np.int64),
        scores=ranker.score(state.matrix()),
    )


def _of(folder: Path, step: str) -> Container:
    return Container(root=folder / step)


def _hand_on(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.symlink_to(source.resolve())


def _run(folder: Path, step: str, *arguments: str) -> None:
    configuration = folder / step / "input" / "config"
    configuration.mkdir(parents=True, exist_ok=True)
    (configuration / "hyperparameters.json").write_text(json.dumps({}))
    command = [sys.executable, "-m", "recommender", "--opt-ml", str(folder / step), step, *arguments]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=dict(os.environ))
