"""Features of a large shop on a small machine: `make bench-features`.

The features step as a job runs it, in a process of its own on at most two cores, over a million and over ten million
simulated order lines: how long it takes, and how much memory it ever holds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import duckdb
from rich.console import Console

from recommender.container import Container
from trainyard.report.summary import Fact, fact, table, write

ROOT = Path(__file__).parents[3]
SMALL, LARGE = 1_000_000, 10_000_000
KEPT = 0.955
"""Lines in the file for one asked of the simulator: some are found in no season."""
MEMORY_MIB = 2048
CORES = 2


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One run of the features step."""

    lines: int
    customers: int
    seconds: float
    peak_mib: float
    """Largest resident set, as the kernel counted it."""
    written_mib: float


def main() -> None:
    """Run the benchmark and write build/bench-features/summary.json."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.features", description=__doc__)
    parser.add_argument("--small", type=int, default=SMALL, help="lines of the smaller shop")
    parser.add_argument("--large", type=int, default=LARGE, help="lines of the larger shop")
    options = parser.parse_args()
    console = Console()
    found: list[Measured] = []
    for lines in (options.small, options.large):
        with tempfile.TemporaryDirectory() as folder:
            found.append(measure(lines, Path(folder)))
        one = found[-1]
        console.print(f"{one.lines:,} lines: {one.seconds:.0f} s, at most {one.peak_mib:.0f} MiB")
    facts = judged(*found)
    console.print(table(facts))
    console.print(f"written to {write(ROOT / 'build' / 'bench-features', facts).relative_to(ROOT)}")


def judged(small: Measured, large: Measured) -> list[Fact]:
    """Return the facts."""
    growth = {
        "lines": large.lines / small.lines,
        "seconds": large.seconds / small.seconds,
        "peak_mib": large.peak_mib / small.peak_mib,
    }
    return [
        fact("lines", large.lines, "order lines"),
        fact("customers", large.customers),
        fact("features_peak_mib", large.peak_mib, "MiB", at_most=MEMORY_MIB),
        fact("features_seconds", large.seconds, "s"),
        fact("features_written_mib", large.written_mib, "MiB"),
        fact("growth", growth),
    ]


def measure(lines: int, folder: Path) -> Measured:
    """Simulate a shop and run the features step on it.

    Raises:
        subprocess.CalledProcessError: a step failed.
    """
    container = Container(root=folder)
    snapshot = container.processing_input("snapshot")
    snapshot.mkdir(parents=True)
    orders = snapshot / "orders.parquet"
    _check([sys.executable, "-m", "recommender", "simulate", str(orders), "--rows", str(int(lines / KEPT))])
    counted, customers = describe(orders, snapshot / "snapshot.json")
    start = time.perf_counter()
    peak = _run([sys.executable, "-m", "recommender", "--opt-ml", str(folder), "features"])
    seconds = time.perf_counter() - start
    written = sum(file.stat().st_size for file in container.processing_output("features").rglob("*") if file.is_file())
    return Measured(lines=counted, customers=customers, seconds=seconds, peak_mib=peak, written_mib=written / 2**20)


def describe(orders: Path, document: Path) -> tuple[int, int]:
    """Write what the features step reads of a snapshot; return its lines and customers."""
    with duckdb.connect() as database:
        query = (
            "SELECT count(*), count(DISTINCT customer_id), min(invoice_date), max(invoice_date) FROM read_parquet(?)"
        )
        found = database.execute(query, [str(orders)]).fetchone()
    assert found is not None
    lines, customers, first, last = found
    snapshot = {"data_hash": "simulated", "first_order": first.isoformat(), "last_order": last.isoformat()}
    document.write_text(json.dumps(snapshot))
    return lines, customers


def _run(command: list[str]) -> float:
    """Run a step on at most two cores; return its largest resident set in MiB."""
    cores = sorted(os.sched_getaffinity(0))[:CORES]
    step = subprocess.Popen(command, stdout=subprocess.DEVNULL, preexec_fn=lambda: os.sched_setaffinity(0, cores))
    _, status, usage = os.wait4(step.pid, 0)
    step.returncode = os.waitstatus_to_exitcode(status)
    if step.returncode:
        raise subprocess.CalledProcessError(step.returncode, command)
    return usage.ru_maxrss / 1024


def _check(command: list[str]) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
