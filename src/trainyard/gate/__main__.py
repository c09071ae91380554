"""The gate as a processing step: reads the evidence, writes gate.json and report.html, and exits 0 either way."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from trainyard.gate.decision import Decision, decide
from trainyard.gate.evidence import Evidence
from trainyard.gate.policy import Policy
from trainyard.gate.reading import EvidenceError
from trainyard.gate.report import to_json


def main(arguments: Sequence[str] | None = None) -> None:
    """Decide with the files of a processing job; a policy that makes no sense ends it with exit status 2."""
    parser = argparse.ArgumentParser(prog="python -m trainyard.gate", description=__doc__)
    parser.add_argument("--minimum-ratio", type=float, required=True)
    parser.add_argument("--confidence", type=float, required=True)
    parser.add_argument("--minimum-slice-customers", type=int, required=True)
    parser.add_argument("--maximum-slice-loss", type=float, required=True)
    parser.add_argument("--minimum-map-at-10", type=float, required=True)
    parser.add_argument("--minimum-coverage", type=float, required=True)
    parser.add_argument("--maximum-latency-ms", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--root", type=Path, default=Path("/opt/ml/processing"), help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    try:
        policy = Policy(
            minimum_ratio=given.minimum_ratio,
            confidence=given.confidence,
            minimum_slice_customers=given.minimum_slice_customers,
            maximum_slice_loss=given.maximum_slice_loss,
            minimum_map_at_10=given.minimum_map_at_10,
            minimum_coverage=given.minimum_coverage,
            maximum_latency_ms=given.maximum_latency_ms,
            seed=given.seed,
        )
    except ValueError as error:
        parser.error(str(error))
    decision = decide(_evidence(given.root / "input"), policy)
    target = given.root / "output" / "gate"
    target.mkdir(parents=True, exist_ok=True)
    (target / "gate.json").write_text(json.dumps(to_json(decision), indent=2, allow_nan=False) + "\n")
    print(decision.reason, flush=True)
    _draw(decision, given.root / "input" / "evaluation", target / "report.html")


def _draw(decision: Decision, evaluation: Path, page: Path) -> None:
    """Write the page for people; the decision stands whether or not it can be drawn."""
    try:
        from trainyard.gate.page import Findings, render

        page.write_text(render(decision, Findings.read(evaluation)))
    except Exception as error:
        print(f"report.html could not be drawn: {type(error).__name__}: {error}", flush=True)


def _evidence(folder: Path) -> Evidence | EvidenceError:
    try:
        return Evidence.read(folder / "evaluation", folder / "champion", folder / "validation")
    except EvidenceError as error:
        return error


if __name__ == "__main__":
    main()
