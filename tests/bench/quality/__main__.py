"""How good recommendations are: `make bench-quality`.

The recommender with its defaults against fixed peers (`peers.py`: popularity, personal frequency, ALS, BM25, BPR, item
kNN, each tuned on the month before), on the month after a cutoff: all that customers bought, and only what they
bought for the first time.
"""

import argparse
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from rich.console import Console

from tests.bench.quality.comparison import Comparison, compare
from tests.bench.quality.model import Measured, Scored, measure
from trainyard.report.summary import Fact, fact, table, write

ROOT = Path(__file__).parents[3]
SHARED = ROOT.parent / "shared"
CUTOFF = "2011-08-01"
GAIN_ALL, GAIN_NEW = 0.06, 0.22
"""Relative, over the best peer."""


def main() -> None:
    """Run the benchmark and write build/bench-quality/summary.json."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.quality", description=__doc__)
    parser.add_argument("--orders", type=Path, default=SHARED / "data" / "online_retail.parquet", help="Parquet file.")
    parser.add_argument("--peers", type=Path, default=SHARED / "quality", help="Folder of peers.py.")
    parser.add_argument("--cutoff", default=CUTOFF, help="First day of the month that judges.")
    options = parser.parse_args()
    for needed in (options.orders, options.peers / "peers.py"):
        if not needed.is_file():
            parser.error(f"{needed} is not there; say where with --orders and --peers")
    console = Console()
    peers = _peers(options.peers)
    window = peers.Window(peers.clean(pd.read_parquet(options.orders)), options.cutoff)
    with tempfile.TemporaryDirectory() as folder:
        found = measure(options.orders, datetime.fromisoformat(options.cutoff), Path(folder))
    ours = {"all": matrix(window, found.general), "new": matrix(window, found.discovery)}
    compared = {variant: _against_best(peers, window, variant, ours[variant], console) for variant in ours}
    facts = judged(compared, found)
    console.print(table(facts))
    console.print(f"written to {write(ROOT / 'build' / 'bench-quality', facts).relative_to(ROOT)}")


def matrix(window: Any, scored: Scored) -> npt.NDArray[np.float64]:
    """Return scores of customers x products of a window; what is no candidate comes last, the most popular first."""
    popular = window.popularity(30)
    below = float(scored.scores.min()) - 1
    scores = np.tile(below - 1 + popular / max(float(popular.max()), 1.0), (len(window.customers), 1))
    rows = np.array([window.row[customer] for customer in scored.customers.tolist()])
    columns = np.array([window.column[product] for product in scored.products.tolist()])
    scores[rows[scored.rows], columns[scored.columns]] = scored.scores
    return scores


def judged(compared: dict[str, Comparison], found: Measured) -> list[Fact]:
    """Return the facts."""
    both, new = compared["all"], compared["new"]
    return [
        fact("map_all", both.ours, "MAP@10"),
        fact("best_peer_all", both.best_peer, "MAP@10"),
        fact("map_new", new.ours, "MAP@10"),
        fact("best_peer_new", new.best_peer, "MAP@10"),
        fact("gain_all", both.gain, at_least=GAIN_ALL),
        fact("gain_new", new.gain, at_least=GAIN_NEW),
        fact("ci_low_all", both.low, "MAP@10", at_least=0),
        fact("ci_low_new", new.low, "MAP@10", at_least=0),
        fact("mdd", {name: one.minimum_detectable for name, one in compared.items()}),
        fact("train_seconds", found.train_seconds, "s"),
        fact("score_all_seconds", found.score_all_seconds, "s"),
    ]


def _against_best(
    peers: ModuleType, window: Any, variant: str, ours: npt.NDArray[np.float64], console: Console
) -> Comparison:
    ranked = {}
    for name, rank in peers.PEERS[variant].items():
        ranked[name] = peers.score(window, rank(window), variant)
        console.print(f"{variant:4} {name:26} MAP@10 {ranked[name]['map'][0]:.4f}")
    mine = peers.score(window, ours, variant)
    console.print(f"{variant:4} {'ours':26} MAP@10 {mine['map'][0]:.4f}")
    best = max(ranked.values(), key=lambda one: one["map"][0])
    return compare(mine["per_customer"], best["per_customer"])


def _peers(folder: Path) -> ModuleType:
    sys.path.insert(0, str(folder))
    import peers  # pyright: ignore[reportMissingImports]

    return peers


if __name__ == "__main__":
    main()
