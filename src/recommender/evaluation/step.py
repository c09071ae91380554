"""The evaluation step: the same customers, the same month, every model fed from the same purchases before it."""

import json
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.container import Container, write_json
from recommender.errors import BadArchive, BadOrders
from recommender.evaluation.behaviour import unit_tests
from recommender.evaluation.explanation import explain_ranker
from recommender.evaluation.fairness import fairness
from recommender.evaluation.judge import Judgement, K, judge, median_latency_ms, rankings_of
from recommender.evaluation.references import References
from recommender.evaluation.served import integration_tests
from recommender.evaluation.slices import slice_members
from recommender.features.build import build_states
from recommender.features.labels import bought_in, relevant_in
from recommender.features.settings import FeatureSettings
from recommender.features.state import States
from recommender.features.windows import Window
from recommender.file_hash import file_hash
from recommender.purchases import connect
from recommender.ranking.archive import Model, extract, read_model
from recommender.recommend import Recommenders
from recommender.tracking import Dataset, Record, send


class Holdout:
    """The month that judges: its customers, what they bought, and the states models are fed from."""

    def __init__(self, database: duckdb.DuckDBPyConnection, window: Window) -> None:
        self.window = window
        self._database = database
        self._bought = bought_in(database, window)
        self._states: dict[FeatureSettings, States] = {}
        state = self.states(FeatureSettings()).general
        if not len(state.customers):
            raise BadOrders(f"nobody known before {window.cutoff:%Y-%m-%d} bought anything until {window.end:%Y-%m-%d}")
        self.customers: npt.NDArray[np.int64] = state.customers
        self.products: npt.NDArray[np.str_] = state.products
        self.relevant = relevant_in(self.customers, self.products, self._bought)
        new = bought_in(database, window, new=True)
        self.discoverers: npt.NDArray[np.int64] = np.intersect1d(new.buyers(), self.customers)
        """Customers who bought something for the first time."""
        self.discovered = relevant_in(self.discoverers, self.products, new)
        before = bought_in(database, Window(cutoff=datetime.min, end=window.cutoff))
        self.bought_before = relevant_in(self.customers, self.products, before)

    def states(self, settings: FeatureSettings) -> States:
        """Return the states at the cutoff under a model's settings; models with the same settings share them."""
        if settings not in self._states:
            buyers = self._bought.buyers()
            self._states[settings] = build_states(self._database, self.window.cutoff, settings, buyers)
        return self._states[settings]


def evaluate(container: Container) -> None:
    """Judge challenger, champion (where there is one) and references, and try the challenger out.

    Writes evaluation.json, per_customer.parquet, tests.json, explanations.json and fairness.json.
    """
    features = container.processing_input("features")
    described = json.loads((features / "features.json").read_text())
    window = Window(
        cutoff=datetime.fromisoformat(described["cutoff"]), end=datetime.fromisoformat(described["window_end"])
    )
    champion = read_champion(container.processing_input("champion"))
    with connect() as database:
        for table in ("purchases", "products"):
            database.read_parquet(str(features / f"{table}.parquet")).create_view(table)
        holdout = Holdout(database, window)
        references = References(database, window.cutoff, holdout.customers, holdout.products)
        judged = {
            "personal_frequency": judge(references.personal_frequency(K), holdout.relevant),
            "popularity": judge(references.popularity(K), holdout.relevant),
        }
        models: dict[str, dict[str, Any] | None] = {name: found.document() for name, found in judged.items()}
        archive = container.processing_input("challenger") / "model.tar.gz"
        with opened(archive) as challenger:
            judged["challenger"], more = judge_model(challenger.model, holdout)
            models["challenger"] = judged["challenger"].document() | more
            tests, explanations = try_out(challenger, holdout), explain(challenger.model, holdout)
        models["champion"] = None
        if champion[1] is not None:
            with opened(champion[1]) as previous:
                judged["champion"], more = judge_model(previous.model, holdout)
                models["champion"] = judged["champion"].document() | more
        if models["champion"] is not None:
            models["champion"]["version"] = champion[0]
        members = slice_members(database, window.cutoff, holdout.customers)
    document = {
        "schema_version": 1,
        "k": K,
        "cutoff": described["cutoff"],
        "window_end": described["window_end"],
        "customers": len(holdout.customers),
        "data_hash": described["data_hash"],
        "archive_sha256": file_hash(archive),
        "models": models,
        "slices": [describe_slice(key, who, judged) for key, who in members.items()],
    }
    output = container.processing_output("evaluation")
    write_json(output / "evaluation.json", document)
    write_json(output / "tests.json", tests)
    write_json(output / "explanations.json", explanations)
    write_json(output / "fairness.json", fairness(judged["challenger"].per_customer, members))
    parquet.write_table(per_customer(holdout.customers, judged), output / "per_customer.parquet")
    for name, found in judged.items():
        print(f"{name}_map_at_10={found.map_at_10:.6f};")
    send(lambda: recorded(document, output / "evaluation.json"), output / "tracking")


def recorded(document: dict[str, Any], file: Path) -> Record:
    """Return what a tracker is told of the evaluation: every number of every model, and the whole as a file."""
    numbers = {
        f"{model}.{metric}": float(value)
        for model, described in document["models"].items()
        for metric, value in (described or {}).items()
        if isinstance(value, int | float) and not isinstance(value, bool)
    }
    return Record(
        metrics=numbers | {"customers": document["customers"]},
        artifacts=[file],
        dataset=Dataset(name="orders", digest=document["data_hash"]),
    )


def read_champion(folder: Path) -> tuple[str | None, Path | None]:
    """Return the champion's version and archive, or nothing where none was approved yet.

    Raises:
        BadArchive: it is not said whether there is a champion: without that no comparison is fair.
    """
    try:
        version = json.loads((folder / "champion.json").read_text())["version"]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise BadArchive(f"{folder / 'champion.json'} does not say which version is the champion: {error}") from error
    return (None, None) if version is None else (str(version), folder / "model.tar.gz")


@dataclass(frozen=True, kw_only=True)
class Opened:
    """An archive that was unpacked for a while."""

    root: Path
    """What a server may take for /opt/ml."""
    model: Model


@contextmanager
def opened(archive: Path) -> Generator[Opened]:
    """Unpack and read a model archive."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        yield Opened(root=root, model=read_model(extract(archive, Container(root=root).model)))


def judge_model(model: Model, holdout: Holdout) -> tuple[Judgement, dict[str, float]]:
    """Judge a model on the holdout; also return its MAP@10 on new products and its latency."""
    recommenders = Recommenders.of(model, holdout.states(model.settings))
    customers = holdout.customers.tolist()
    found = judge(rankings_of(recommenders.general, customers), holdout.relevant)
    more = {"latency_ms_p50": median_latency_ms(recommenders.general, customers)}
    if len(holdout.discoverers):
        new = judge(rankings_of(recommenders.discovery, holdout.discoverers.tolist()), holdout.discovered)
        more["new_map_at_10"] = new.map_at_10
    return found, more


def try_out(challenger: Opened, holdout: Holdout) -> dict[str, Any]:
    """Return tests.json: what the challenger promises, and whether its archive can be served."""
    model = challenger.model
    trials = [
        *unit_tests(Recommenders.of(model, holdout.states(model.settings)), holdout.customers, holdout.bought_before),
        *integration_tests(challenger.root, Recommenders.of(model, model.states())),
    ]
    for trial in trials:
        print(f"{'passed' if trial.passed else 'FAILED'}  {trial.kind}: {trial.name}: {trial.detail}")
    return {"schema_version": 1, "tests": [trial.document() for trial in trials]}


def explain(model: Model, holdout: Holdout) -> dict[str, Any]:
    """Return explanations.json: what both rankers look at."""
    states = holdout.states(model.settings)
    return {
        "schema_version": 1,
        "rankers": {
            "general": explain_ranker(states.general, model.general),
            "discovery": explain_ranker(states.discovery, model.discovery),
        },
    }


def describe_slice(key: tuple[str, str], who: npt.NDArray[np.bool_], judged: dict[str, Judgement]) -> dict[str, Any]:
    """Return a slice's line of evaluation.json."""
    means = {name: float(found.per_customer[who].mean()) for name, found in judged.items()}
    error: float | None = None
    if "champion" in judged:
        difference = (judged["challenger"].per_customer - judged["champion"].per_customer)[who]
        error = float(difference.std() / len(difference) ** 0.5)
    return {
        "slice": key[0],
        "value": key[1],
        "customers": int(who.sum()),
        "challenger": means["challenger"],
        "champion": means.get("champion"),
        "standard_error": error,
    }


def per_customer(customers: npt.NDArray[np.int64], judged: dict[str, Judgement]) -> pa.Table:
    """Return AP@10 per customer and model; the champion's column is null where there is none."""
    names = ("challenger", "champion", "personal_frequency", "popularity")
    columns = {
        name: pa.array(judged[name].per_customer) if name in judged else pa.nulls(len(customers), pa.float64())
        for name in names
    }
    return pa.table({"customer": pa.array(customers, pa.int64()), **columns})
