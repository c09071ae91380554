"""Twelve bad models: each is registered and released as any other, and none may stay live."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from recommender.simulation.step import simulated_orders
from tests.bench.release.releases import LIVE, answering, last, release
from tests.shop.environment import Shop
from tests.unit.recommender.synthetic import hand_on, judge_against, train_on, trained
from trainyard.gate.__main__ import main as gate
from trainyard.release.record import Record

DATA = "sha256-of-the-newest-orders"
FAULTS = (
    "crashes on load",
    "crashes on the 100th request",
    "NaN",
    "wrong schema",
    "wrong product ids",
    "ten times slower",
    "memory leak",
    "stale features",
    "missing file",
    "wrong architecture",
    "empty answers",
)
WORSE = "subtly worse MAP"
TREES = "20"
"""Of the worse challenger; the champion has 30."""
POLICY = (
    *("--minimum-ratio", "1.01", "--confidence", "0.8", "--minimum-slice-customers", "30"),
    *("--maximum-slice-loss", "0.1", "--minimum-map-at-10", "0.05", "--minimum-coverage", "0.02"),
    *("--maximum-latency-ms", "50"),
)
"""Of dev, the most lenient of the three environments."""


@dataclass(frozen=True)
class Caught:
    """What became of one bad model."""

    fault: str
    stage: str
    """Which stage caught it; empty where none did."""
    said: str
    live: bool
    """Whether it serves customers afterwards."""


def release_each(shop: Shop, environ: dict[str, str]) -> Iterator[Caught]:
    """Release the models that are bad in serving, one after another."""
    for fault in FAULTS:
        stale = fault == "stale features"
        container = {"DATA_HASH": "sha256-of-last-month-s-orders" if stale else DATA}
        version = shop.register(metadata={"data_hash": DATA}, FAULT="" if stale else fault, **container)
        ended = release(shop, environ, "--model-version", str(version), "--strategy", "all_at_once")
        record = last(shop)
        live = ended.returncode == LIVE or str(version) in answering(shop)
        yield Caught(fault, "" if live else stage(record), record.progress.reason, live)


def stage(record: Record) -> str:
    """Return the stage of a release that caught its model."""
    progress = record.progress
    if record.status == "rolled_back":
        return "alarm under live traffic"
    if progress.smoke is None:
        return "start of the pre-release endpoint"
    return "soak" if progress.smoke.failures[0].startswith("soak") else "smoke tests"


def judge_worse() -> Caught:
    """Train a champion and a challenger of fewer trees on the same orders, evaluate both, and ask the gate."""
    with tempfile.TemporaryDirectory() as folder:
        run = trained(Path(folder), simulated_orders(rows=25_000, seed=3))
        features = run.step("features").processing_output("features")
        train_on(run.step("challenger"), features, seed="1", n_estimators=TREES)
        evaluated = judge_against(run, "evaluate", run.step("challenger").model, run.step("train").model)
        judged = run.step("gate").root
        hand_on(evaluated.processing_output("evaluation"), judged / "input" / "evaluation")
        hand_on(evaluated.processing_input("champion"), judged / "input" / "champion")
        hand_on(run.step("validate").processing_output("report"), judged / "input" / "validation")
        gate([*POLICY, "--root", str(judged)])
        answer = json.loads((judged / "output" / "gate" / "gate.json").read_text())
    return Caught(WORSE, "" if answer["passed"] else "gate", answer["reason"], bool(answer["passed"]))
