"""The training step: learn the rankers from the training windows and pack them with the states they will serve."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
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
from recommender.ranking.environment import write_environment
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.learn import THREADS, Losses, Rows, device, learn
from recommender.ranking.onnx import export
from recommender.tracking import Dataset, Record, send


def train(container: Container) -> None:
    """Read features/ and hyperparameters, write the model, print `name=value;` metrics."""
    hyperparameters = Hyperparameters.parse(container.hyperparameters())
    folder = container.training_channel("features")
    described = json.loads((folder / "features.json").read_text())
    settings = FeatureSettings.parse(described["settings"])
    settings = replace(settings, candidates=min(settings.candidates, hyperparameters.candidates))
    general = _learnt(
        folder / "training_general.parquet", hyperparameters, hyperparameters.columns, settings.candidates
    )
    discovery = _learnt(
        folder / "training_discovery.parquet", hyperparameters, DISCOVERY_FEATURES, settings.discovery_candidates
    )
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
    boosters = Boosters(general=general.booster, discovery=discovery.booster)
    exports = Exports(general=general.export, discovery=discovery.export)
    write_model(container.model, boosters, exports, states, names, document)
    write_environment(container.model, threads=THREADS, device=device())
    for name, value in (general.metrics("") | discovery.metrics("discovery_")).items():
        print(f"{name}={value:.6g};" if isinstance(value, float) else f"{name}={value};", flush=True)
    send(lambda: _record(document, general, discovery, container), container.training_output / "tracking")


@dataclass(frozen=True, kw_only=True)
class Learnt:
    """What came of training one booster."""

    booster: Any
    export: bytes
    """In ONNX."""
    counts: dict[str, int]
    losses: Losses

    def metrics(self, prefix: str) -> dict[str, float | int]:
        """Return counts and last losses by name."""
        last = {name: values[-1] for name, values in self.losses.items()}
        return {f"{prefix}{name}": value for name, value in (self.counts | last).items()}


def _record(document: dict[str, Any], general: Learnt, discovery: Learnt, container: Container) -> Record:
    """Return what a tracker is told of the training."""
    both = (("", general), ("discovery_", discovery))
    counts = {f"{prefix}{name}": count for prefix, learnt in both for name, count in learnt.counts.items()}
    losses = {f"{prefix}{name}": values for prefix, learnt in both for name, values in learnt.losses.items()}
    return Record(
        parameters=document["hyperparameters"] | {f"feature.{name}": of for name, of in document["settings"].items()},
        metrics=counts,
        series=losses,
        artifacts=[container.model / "model.json"],
        dataset=Dataset(name="orders", digest=document["data_hash"]),
    )


def _learnt(path: Path, hyperparameters: Hyperparameters, features: Sequence[str], candidates: int) -> Learnt:
    rows, judge = read_rows(path, hyperparameters, features, candidates)
    booster, losses = learn(rows, judge, hyperparameters)
    counts = {
        "training_rows": len(rows.label),
        "positives": int(rows.label.sum()),
        "trees": booster.num_boosted_rounds(),
    }
    return Learnt(booster=booster, export=export(booster, rows.matrix), counts=counts, losses=losses)


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
