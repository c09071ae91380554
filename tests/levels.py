"""Runs the levels of tests in turn, each within its budget, and closes with what passed, failed and was left out.

    python tests/levels.py unit=180 e2e=720

Skips are listed with their reasons at the end, so that nothing is left out silently.
"""

import os
import subprocess
import sys
import time
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

from trainyard.engine import locate

ROOT = Path(__file__).parent.parent
FOLDERS = {"localcloud": "localcloud/tests"}
WORKERS = {"unit": 2, "components": 2, "pipelines": 2, "localcloud": 2}
"""Levels whose tests are independent enough to run on two processes."""


@dataclass(frozen=True)
class Outcome:
    """What one level came to; times in seconds."""

    level: str
    budget: float
    took: float
    passed: int
    failed: int
    skipped: tuple[str, ...]
    stopped: str = ""


def environment() -> dict[str, str]:
    """Return the variables that tests run with: the engine in use is on PATH, and no cloud of this shell is."""
    engine = locate()
    of_a_cloud = ("AWS_", "PULUMI_", "TRAINYARD_")
    settings = ("TRAINYARD_CACHE", "TRAINYARD_PROVIDER")
    kept = {k: v for k, v in os.environ.items() if k in settings or not k.startswith(of_a_cloud)}
    folders = [
        str(Path(sys.executable).parent),
        *([str(engine.bin)] if engine else []),
        os.environ["PATH"],
        "/usr/sbin",
    ]
    return {**kept, "PATH": os.pathsep.join(folders)}


def run(level: str, budget: float) -> Outcome:
    """Run one level under pytest and read its report."""
    report = ROOT / "build" / "test" / f"{level}.xml"
    report.parent.mkdir(parents=True, exist_ok=True)
    report.unlink(missing_ok=True)
    command = [sys.executable, "-m", "pytest", "-q", FOLDERS.get(level, f"tests/{level}"), f"--junit-xml={report}"]
    if level in WORKERS:
        command += ["-n", str(WORKERS[level]), "--dist", "loadfile"]
    print(f"\n== {level} (budget {budget:.0f} s)", flush=True)
    started = time.monotonic()
    try:
        # Three times the budget: a noisy machine is reported, only a hang is ended.
        code = subprocess.run(command, cwd=ROOT, env=environment(), timeout=3 * budget, check=False).returncode
        stopped = "" if code in (0, 1) else f"pytest ended with {code}"
    except subprocess.TimeoutExpired:
        stopped = "ended after three times its budget"
    return read(level, budget, time.monotonic() - started, report, stopped)


def read(level: str, budget: float, took: float, report: Path, stopped: str) -> Outcome:
    """Return the outcome that a JUnit report holds; a missing report counts as a failure."""
    if not report.exists():
        return Outcome(level, budget, took, 0, 1, (), stopped or "no report was written")
    cases = list(ElementTree.parse(report).iter("testcase"))
    failed = [case for case in cases if case.find("failure") is not None or case.find("error") is not None]
    skipped = tuple(
        f"{case.get('classname')}.{case.get('name')}: {skip.get('message')}"
        for case in cases
        if (skip := case.find("skipped")) is not None
    )
    return Outcome(level, budget, took, len(cases) - len(failed) - len(skipped), len(failed), skipped, stopped)


def main() -> int:
    """Run the levels named on the command line; 0 when all passed."""
    outcomes = [run(level, float(budget)) for level, budget in (part.split("=") for part in sys.argv[1:])]
    print("\n== summary")
    for outcome in outcomes:
        late = "  over budget" if outcome.took > outcome.budget else ""
        print(
            f"{outcome.level:12} {outcome.passed:5} passed {outcome.failed:3} failed {len(outcome.skipped):3} skipped"
            f" {outcome.took:6.0f} s of {outcome.budget:.0f}{late}  {outcome.stopped}"
        )
    left_out = [line for outcome in outcomes for line in outcome.skipped]
    print("left out: " + ("nothing" if not left_out else ""))
    for line in left_out:
        print(f"  {line}")
    failed = sum(outcome.failed + bool(outcome.stopped and not outcome.failed) for outcome in outcomes)
    print(f"{sum(o.passed for o in outcomes)} passed, {failed} failed, {len(left_out)} skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
