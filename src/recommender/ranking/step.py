"""The training step: learn the rankers from the training windows and pack them with the states they will serve."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as parquet
from pyarrow.dataset import dataset

from recommender.container import Container
from recommender.errors import RecommenderError
from recommender.features.settings import FeatureSettings
from recommender.features.state import DISCOVERY_FEATURES, State, States
from recommender.ranking.archive import Boosters, Exports, write_model
from recommender.ranking.checkpoints import Checkpoints
from recommender.ranking.course import Course, Resumable, Straight
from recommender.ranking.devices import device
from recommender.ranking.environment import write_environment
from recommender.ranking.hosts import Hosts
from recommender.ranking.hyperparameters import Hyperparameters
from recommender.ranking.identity import training_identity
from recommender.ranking.interruption import EXIT_CODE, Interrupted, Interruption
from recommender.ranking.learn import THREADS, Losses, Rows, learn
from recommender.ranking.onnx import export
from recommender.tracking import Dataset, Record, send


def train(container: Container) -> None:
    """Read features/ and hyperparameters, write the model, print `name=value;` metrics.

    Of several hosts the first writes and prints. With a folder for checkpoints, SIGTERM ends the process with
    `EXIT_CODE` after the block of trees that it is at; started again, it goes on from there to the same model.
    """
    try:
        _train(container, Hosts.read(container.resources()))
    except Interrupted as interrupted:
        print(interrupted, flush=True)
        sys.exit(EXIT_CODE)


def _train(container: Container, hosts: Hosts) -> None:
    hyperparameters = Hyperparameters.parse(container.hyperparameters())
    folder = container.training_channel("features")
    described = json.loads((folder / "features.json").read_text())
    settings = FeatureSettings.parse(described["settings"])
    settings = replace(settings, candidates=min(settings.candidates, hyperparameters.candidates))
    course = _courses(container, hosts, hyperparameters)
    with hosts.joined(container.explain_failure):
        general = _learnt(
            Source(folder / "training_general.parquet", hyperparameters.columns, settings.candidates, hosts),
            hyperparameters,
            course("general"),
        )
        discovery = _learnt(
            Source(folder / "training_discovery.parquet", DISCOVERY_FEATURES, settings.discovery_candidates, hosts),
            hyperparameters,
            course("discovery"),
        )
    if not hosts.first:
        return
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
    write_environment(container.model, threads=THREADS, device=device(hyperparameters.device))
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


def _courses(container: Container, hosts: Hosts, hyperparameters: Hyperparameters) -> Callable[[str], Course]:
    """Return each booster's course: with checkpoints where the job has a folder for them."""
    if container.checkpoints is None:
        return lambda _: Straight()
    checkpoints = Checkpoints(
        folder=container.checkpoints,
        identity=training_identity(container.training_channel("features"), hyperparameters, hosts.count),
    )
    interruption = Interruption()
    interruption.listen()
    return lambda booster: Resumable(booster=booster, checkpoints=checkpoints, interruption=interruption, hosts=hosts)


@dataclass(frozen=True)
class Source:
    """Which rows of a file this host learns from, and which of their columns."""

    path: Path
    features: Sequence[str]
    candidates: int
    """A customer's best so many are learned from."""
    hosts: Hosts = field(default_factory=Hosts)


def _learnt(source: Source, hyperparameters: Hyperparameters, course: Course) -> Learnt:
    """Train one booster, over all hosts; the first exports it."""
    rows, judge = read_rows(source, hyperparameters)
    booster, losses = learn(rows, judge, hyperparameters, course)
    counts = {
        "training_rows": source.hosts.total(len(rows.label)),
        "positives": source.hosts.total(int(rows.label.sum())),
        "trees": booster.num_boosted_rounds(),
    }
    exported = export(booster, rows.matrix) if source.hosts.first else b""
    return Learnt(booster=booster, export=exported, counts=counts, losses=losses)


def read_rows(source: Source, hyperparameters: Hyperparameters) -> tuple[Rows, Rows | None]:
    """Return the rows to learn from and, with early stopping, the newest window to judge by.

    Raises:
        RecommenderError: there are none.
    """
    table = _share(source, hyperparameters.windows)
    if table.num_rows == 0:
        raise RecommenderError(
            f"{source.path.name} has nothing to learn from: in no training window did a customer buy one of the "
            "candidates"
        )
    if not hyperparameters.early_stopping:
        return _rows(table, source.features), None
    older, newest = table.filter(pc.field("window") > 0), table.filter(pc.field("window") == 0)
    if older.num_rows == 0:
        raise RecommenderError("early stopping needs at least two training windows: one to learn from, one to judge by")
    return _rows(older, source.features), _rows(newest, source.features)


def _share(source: Source, windows: int) -> pa.Table:
    """Read batch by batch, so that no host ever holds more than its share."""
    columns = ["window", "customer", "label", *source.features]
    chosen = (pc.field("window") < windows) & (pc.field("position") < source.candidates)
    batches = dataset(source.path).to_batches(columns=columns, filter=chosen)
    kept = [batch.filter(pa.array(source.hosts.share(batch["customer"].to_numpy()))) for batch in batches]
    if not kept:
        return pa.table({name: [] for name in columns})
    return pa.Table.from_batches(kept)


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
