"""The training step: learn a ranker from the training windows and pack it with the state it will serve."""

import json
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
from recommender.features.state import State
from recommender.ranking.archive import write_model
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.learn import Rows, learn


def train(container: Container) -> None:
    """Read features/ and hyperparameters, write the model, print `name=value;` metrics."""
    hyperparameters = Hyperparameters.parse(container.hyperparameters())
    folder = container.training_channel("features")
    described = json.loads((folder / "features.json").read_text())
    settings = FeatureSettings.parse(described["settings"])
    settings = replace(settings, candidates=min(settings.candidates, hyperparameters.candidates))
    rows, judge = read_rows(folder / "training.parquet", hyperparameters)
    booster, losses = learn(rows, judge, hyperparameters)
    state = State.load(folder / "serving").shortened(settings.candidates)
    document = {
        "features": list(hyperparameters.columns),
        "settings": settings.document(),
        "hyperparameters": hyperparameters.document(),
        "data_hash": described["data_hash"],
        "cutoff": described["cutoff"],
        "served_at": described["served_at"],
    }
    write_model(container.model, booster, state, product_names(folder / "products.parquet", state), document)
    rounds, positives = booster.num_boosted_rounds(), int(rows.label.sum())
    counts = {"training_rows": len(rows.label), "positives": positives, "trees": rounds}
    for name, value in {**counts, **losses}.items():
        print(f"{name}={value:.6g};" if isinstance(value, float) else f"{name}={value};", flush=True)


def read_rows(path: Path, hyperparameters: Hyperparameters) -> tuple[Rows, Rows | None]:
    """Return the rows to learn from and, with early stopping, the newest window to judge by."""
    chosen = (pc.field("window") < hyperparameters.windows) & (pc.field("position") < hyperparameters.candidates)
    names = ["window", "customer", "label", *hyperparameters.columns]
    table = parquet.read_table(path, columns=names, filters=chosen)
    if not hyperparameters.early_stopping:
        return _rows(table, hyperparameters), None
    older, newest = table.filter(pc.field("window") > 0), table.filter(pc.field("window") == 0)
    if older.num_rows == 0:
        raise RecommenderError("early stopping needs at least two training windows: one to learn from, one to judge by")
    return _rows(older, hyperparameters), _rows(newest, hyperparameters)


def _rows(table: pa.Table, hyperparameters: Hyperparameters) -> Rows:
    window, customer = (table[name].to_numpy().astype(np.int64) for name in ("window", "customer"))
    starts = np.append(False, (np.diff(window) != 0) | (np.diff(customer) != 0))
    matrix = np.column_stack([table[name].to_numpy() for name in hyperparameters.columns])
    return Rows(matrix=matrix, label=table["label"].to_numpy(), group=np.cumsum(starts))


def product_names(path: Path, state: State) -> npt.NDArray[np.str_]:
    """Return a name for each product of the state."""
    table: dict[str, list[Any]] = parquet.read_table(path).to_pydict()
    names = dict(zip(table["product"], table["name"], strict=True))
    return np.array([names.get(product, product) for product in state.products.tolist()], dtype=np.str_)
