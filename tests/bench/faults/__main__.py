"""Releases under murder: `make bench-faults`.

The driver stops around every call, and every call fails by throttle, lost answer and refusal, for every strategy and
every way a release can go: exhaustively, against a control plane in memory. Then real drivers are killed.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from tests.bench.faults.in_process import Case, exhaust, scenarios
from tests.bench.faults.killed import Killed, sample
from tests.bench.release import processes
from tests.bench.release.target import client, environ
from tests.shop.environment import GOLDEN, Shop
from trainyard.report.summary import Fact, fact, table, write

ROOT = Path(__file__).parents[3]
SAMPLES = 20
SPEED = 60.0
"""AWS's waits are divided by this."""
RATE = 40.0
"""Requests a second while drivers are killed: an alarm needs customers to see a slow model."""


def main() -> None:
    """Run the benchmark and write build/bench-faults/summary.json."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.faults", description=__doc__)
    parser.add_argument("--samples", type=int, default=SAMPLES, help="Real processes to kill.")
    count = parser.parse_args().samples
    console = Console()
    cases = _in_process(console)
    killed = _killed(count, console)
    for line in [*(one.why for one in cases if one.why), *(one.case for one in killed if not one.sound)][:20]:
        console.print(f"[red]{line}[/]", highlight=False)
    facts = judged(cases, killed, count)
    console.print(table(facts))
    console.print(f"written to {write(ROOT / 'build' / 'bench-faults', facts).relative_to(ROOT)}")


def judged(cases: list[Case], killed: list[Killed], count: int) -> list[Fact]:
    """Return the facts."""
    lost = sum(not one.converged for one in cases) + sum(not one.converged for one in killed)
    false = sum(not one.true for one in cases) + sum(not one.true for one in killed)
    return [
        fact("cases", len(cases) + len(killed), "releases"),
        fact("cases_by_strategy", dict(Counter(one.strategy for one in cases))),
        fact("cases_by_fault", dict(Counter(one.kind for one in cases))),
        fact("processes_killed", len(killed), equals=count),
        fact("not_converged", lost, "releases", equals=0),
        fact("false_records", false, "releases", equals=0),
    ]


def _in_process(console: Console) -> list[Case]:
    cases: list[Case] = []
    ways = list(scenarios())
    with Progress(console=console) as progress:
        task = progress.add_task("every call fails once", total=len(ways))
        for strategy, scenario in ways:
            cases += exhaust(strategy, scenario)
            progress.advance(task)
    return cases


def _killed(count: int, console: Console) -> list[Killed]:
    found: list[Killed] = []
    with tempfile.TemporaryDirectory() as folder, processes.cloud(Path(folder) / "cloud", SPEED) as url:
        golden = Path(folder) / "golden.json"
        golden.write_text(json.dumps(GOLDEN))
        variables = environ(url)
        shop = Shop(lambda service: client(service, variables), golden)
        samples = Path(folder) / "samples"
        with processes.load(f"{url}/endpoints/shop-dev/invocations", RATE, samples):
            started = time.monotonic()
            for one in sample(shop, variables, count):
                mark = "ok" if one.sound else "[red]not as it should be[/]"
                console.print(f"{len(found) + 1:3} {time.monotonic() - started:4.0f} s  {one.case}  {one.said}  {mark}")
                found.append(one)
    return found


if __name__ == "__main__":
    main()
