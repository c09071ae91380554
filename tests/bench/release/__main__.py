"""Releases under load: `make bench-release`.

A shop with one endpoint of four instances is asked 200 times a second, open-loop, while twenty releases of all
strategies go through, five of them with a model that turns slow under live traffic. Then twelve bad models are
released.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.bench.release import processes
from tests.bench.release.bad_models import Caught, judge_worse, release_each
from tests.bench.release.neighbours import Reading, cores, metered
from tests.bench.release.releases import ROLLED_BACK, TURN_SLOW, Told, tell
from tests.bench.release.samples import Sample, Span, failed, p99_ms, read, within
from tests.bench.release.target import client, environ
from tests.shop.environment import GOLDEN, Shop
from trainyard.report.summary import Fact, fact, table, write

ROOT = Path(__file__).parents[3]
RATE = 200.0
"""Requests a second."""
INSTANCES = 4
"""Live; the dial of the environment says 2, as after autoscaling."""
SPEED = 40.0
"""AWS's waits are divided by this."""
RELEASES = 20
CONTROL_EVERY, CONTROL_SECONDS = 4, 10.0
"""Releases between two spans of the control run, each of which is as long as a switch takes here."""
STRICT = {**GOLDEN, "soak_requests": 150, "minimum_agreement": 0.05, "maximum_latency_ratio": 5.0}


@dataclass(frozen=True, kw_only=True)
class Found:
    """All that was measured."""

    releases: Sequence[Told]
    bad: Sequence[Caught]
    samples: Sequence[Sample]
    control: Sequence[Span]
    readings: Sequence[Reading]


def main() -> None:
    """Run the benchmark and write build/bench-release/summary.json."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.release", description=__doc__)
    parser.add_argument("--releases", type=int, default=RELEASES)
    count = parser.parse_args().releases
    console = Console()
    with tempfile.TemporaryDirectory() as folder:
        found = _measure(Path(folder), count, console)
    facts = judged(found, count)
    console.print(bad_models(found.bad))
    console.print(table(facts))
    console.print(f"written to {write(ROOT / 'build' / 'bench-release', facts).relative_to(ROOT)}")


def judged(found: Found, count: int) -> list[Fact]:
    """Return the facts."""
    bad = failed(found.samples)
    switches = [told.span for told in found.releases if not told.slow]
    during, control = p99_ms(within(found.samples, switches)), p99_ms(within(found.samples, found.control))
    expected = sum(number in TURN_SLOW for number in range(1, count + 1))
    return [
        fact("requests", len(found.samples), "requests"),
        fact("failed_requests", len(bad), "requests", equals=0),
        fact("releases", dict(_by_strategy(found.releases))),
        fact("instances_lost", sum(max(0, INSTANCES - one.instances) for one in found.releases), equals=0),
        fact("rollbacks_detected", sum(one.exit_code == ROLLED_BACK for one in found.releases), equals=expected),
        fact("wrong_reports", sum(not one.is_true for one in found.releases), "releases", equals=0),
        fact("p99_during_switch", during, "ms"),
        fact("p99_control", control, "ms"),
        fact("p99_ratio", during / control if during and control else None, at_most=1.5),
        fact("others_during_switch", cores(found.readings, switches), "cores"),
        fact("others_during_control", cores(found.readings, found.control), "cores"),
        fact("bad_models_live", sum(one.live for one in found.bad), "of 12 models", equals=0),
        fact("bad_models_caught_by", {one.fault: one.stage for one in found.bad}),
    ]


def bad_models(found: Sequence[Caught]) -> Table:
    """Return which stage caught which model."""
    rows = Table(title="Bad models", title_justify="left", box=None, pad_edge=False)
    for column in ("model", "caught by", "what was said"):
        rows.add_column(column)
    for one in found:
        rows.add_row(one.fault, one.stage or "[red]nobody[/]", one.said[:160])
    return rows


def _measure(folder: Path, count: int, console: Console) -> Found:
    golden = folder / "golden.json"
    golden.write_text(json.dumps(STRICT))
    samples = folder / "samples"
    with processes.cloud(folder / "cloud", SPEED) as url:
        variables = environ(url)
        shop = Shop(lambda service: client(service, variables), golden)
        _scale(shop)
        with processes.load(f"{url}/endpoints/shop-dev/invocations", RATE, samples):
            time.sleep(5)
            console.rule(f"[bold]{count} releases at {RATE:.0f} requests a second[/]", align="left")
            with metered() as readings:
                releases, control = _switch(_shown(tell(shop, variables, count), console))
            console.rule("[bold]Bad models[/]", align="left")
            bad = list(release_each(shop, variables))
        asked = read(samples)
    return Found(releases=releases, bad=[*bad, judge_worse()], samples=asked, control=control, readings=readings)


def _switch(releases: Iterator[Told]) -> tuple[list[Told], list[Span]]:
    """Carry out the releases, and the control run in spans between them: both shall meet the same machine."""
    told: list[Told] = []
    control = [_control()]
    for one in releases:
        told.append(one)
        if len(told) % CONTROL_EVERY == 0:
            control.append(_control())
    return told, control


def _control() -> Span:
    """Start idle processes of an instance's size beside the load, as many as a fleet has."""
    return processes.idle(INSTANCES, CONTROL_SECONDS)


def _shown(releases: Iterator[Told], console: Console) -> Iterator[Told]:
    for one in releases:
        seconds = one.span.end - one.span.start
        word = "ok" if one.is_true else f"[red]not as told[/]: {one.output[-600:]}"
        outcome = f"exit {one.exit_code}, {one.instances} instances, {seconds:.0f} s"
        console.print(f"{one.number:3} {one.strategy:12} {'slow' if one.slow else 'good':5} {outcome}  {word}")
        yield one


def _scale(shop: Shop) -> None:
    """Bring the endpoint to more instances than its dial says, as autoscaling does."""
    wanted = [{"VariantName": "live", "DesiredInstanceCount": INSTANCES}]
    shop.sagemaker.update_endpoint_weights_and_capacities(EndpointName="shop-dev", DesiredWeightsAndCapacities=wanted)
    while shop.sagemaker.describe_endpoint(EndpointName="shop-dev")["EndpointStatus"] != "InService":
        time.sleep(0.2)


def _by_strategy(releases: Sequence[Told]) -> Iterator[tuple[str, int]]:
    for name in dict.fromkeys(one.strategy for one in releases):
        yield name, sum(one.strategy == name for one in releases)


if __name__ == "__main__":
    main()
