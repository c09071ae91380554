"""The training step: learn the rankers from the training windows and pack them with the states they will serve."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet

from recommender.container import Container
from recommender.errors import RecommenderError
from recommender.features.settings import FeatureSettings
from recommender.features.state import DISCOVERY_FEATURES, State, States
from recommender.ranking.archive import Boosters, Exports, write_model
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.learn import Rows, learn
from recommender.ranking.onnx import export


def train(container: Container) -> None:
    """Read features/ and hyperparameters, write the model, print `name=value;` metrics."""
    hyperparameters = Hyperparameters.parse(container.hyperparameters())
    folder = container.training_channel("features")
    described = json.loads((folder / "features.json").read_text())
    settings = FeatureSettings.parse(described["settings"])
    settings = replace(settings, candidates=min(settings.candidates, hyperparameters.candidates))
    general, export, metrics = _learnt(
        folder / "training_general.parquet", hyperparameters, hyperparameters.columns, settings.candidates
    )
    discovery, discovery_export, more = _learnt(
        folder / "training_discovery.parquet", hyperparameters, DISCOVERY_FEATURES, settings.discovery_candidates
    )
    metrics |= {f"discovery_{name}": value for name, value in more.items()}
    states = States.load(folder / "serving")
    states = replace(states, general=states.general.shortened(settings.candidates))
    document = {
        "features": list(hyperparameters.columns),
        "discovery_features": list(DISCOVERY_FEATURES),
        "settings": settings.document(),
        "hyperparameters": hyperparameters.document(),
        "data_hash": described["data_hash"],
        "cutoff": described["cutoff"],
        "served_at": described["served_at"],
    }
    names = product_names(folder / "products.parquet", states.general)
    boosters = Boosters(general=general, discovery=discovery)
    exports = Exports(general=export, discovery=discovery_export)
    write_model(container.model, boosters, exports, states, names, document)
    for name, value in metrics.items():
        print(f"{name}={value:.6g};" if isinstance(value, float) else f"{name}={value};", flush=True)


def _learnt(
    path: Path, hyperparameters: Hyperparameters, features: Sequence[str], candidates: int
) -> tuple[Any, bytes, dict[str, float | int]]:
    """Return a booster, its ONNX export, and the counts and losses of its training by name."""
    rows, judge = read_rows(path, hyperparameters, features, candidates)
    booster, losses = learn(rows, judge, hyperparameters)
    trees, positives = booster.num_boosted_rounds(), int(rows.label.sum())
    counts = {"training_rows": len(rows.label), "positives": positives, "trees": trees}
    return booster, export(booster, rows.matrix), counts | losses


def read_rows(
    path: Path, hyperparameters: Hyperparameters, features: Sequence[str], candidates: int
) -> tuple[Rows, Rows | None]:
    """Return the rows to learn from and, with early stopping, the newest window to judge by.

    Raises:
        RecommenderError: there are none.
    """
    chosen = (pc.field("window") < hyperparameters.windows) & (pc.field("position") < candidates)
    table = parquet.read_table(path, columns=["window", "customer", "label", *features], filters=chosen)
    if table.num_rows == 0:
        raise RecommenderError(
            f"{path.name} has nothing to learn from: in no training window did a customer buy one of the candidates"
        )
    if not hyperparameters.early_stopping:
        return _rows(table, features), None
    older, newest = table.filter(pc.field("window") > 0), table.filter(pc.field("window") == 0)
    if older.num_rows == 0:
        raise RecommenderError("early stopping needs at least two training windows: one to learn from, one to judge by")
    return _rows(older, features), _rows(newest, features)


def _rows(table: pa.Table, features: Sequence[str]) -> Rows:
    window, customer = (table[name].to_numpy().astype(np.int64) for name in ("window", "customer"))
    starts = np.append(False, (np.diff(window) != 0) | (np.diff(customer) != 0))
    return Rows(
        matrix=np.column_stack([table[name].to_numpy() for name in features]),
        label=table["label"].to_numpy(),
        group=np.cumsum(starts),
        features=tuple(features),
    )


def product_names(path: Path, state: State) -> npt.NDArray[np.str_]:
    """Return a name for each product of the state."""
    table: dict[str, list[Any]] = parquet.read_table(path).to_pydict()
    names = dict(zip(table["product"], table["name"], strict=True))
    return np.array([names.get(product, product) for product in state.products.tolist()], dtype=np.str_)
