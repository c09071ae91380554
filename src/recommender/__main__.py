"""`python -m recommender STEP`: one container image, one step a process.

Each step imports only what it needs: a processing job pays for its imports every time.
"""

import argparse
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from recommender.container import Container
from recommender.errors import RecommenderError

STEPS = ("ingest", "validate", "features", "materialize", "train", "tune", "evaluate", "serve", "simulate", "track")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a step; return its exit code. A failure's reason is left where SageMaker looks for it."""
    parser = argparse.ArgumentParser(prog="recommender", description="Steps of the recommender, and its server.")
    parser.add_argument("--opt-ml", type=Path, default=Path("/opt/ml"), help="root of the container contract")
    parser.add_argument("step", choices=STEPS)
    options, rest = parser.parse_known_args(arguments)
    container = Container(root=options.opt_ml)
    start = time.perf_counter()
    try:
        run_step(options.step, container, rest)
    except RecommenderError as error:
        if options.step not in ("serve", "simulate", "track"):
            container.explain_failure(str(error))
        print(f"{options.step} failed: {error}", file=sys.stderr)
        return 1
    except Exception as error:
        container.explain_failure(f"{options.step} failed unexpectedly: {type(error).__name__}: {error}")
        raise
    if options.step != "serve":  # whose output is JSON lines only
        print(f"{options.step}_seconds={time.perf_counter() - start:.2f};", flush=True)
    return 0


def _end(number: int, _: object) -> NoReturn:
    """End at SIGTERM, also as a container's first process, for which Linux drops signals that nobody handles.

    At once: an exit that is raised in the middle of an import of compiled code comes out as another error.
    """
    os._exit(128 + number)


def run_step(step: str, container: Container, arguments: Sequence[str]) -> None:
    """Import a step and run it."""
    os.environ.setdefault("OMP_NUM_THREADS", "1" if step == "serve" else "2")
    # Threads that wait give the processor away: spinning, they take it from the very thread that they wait for.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    match step:
        case "ingest":
            from recommender.ingest import ingest

            ingest(container, arguments)
        case "validate":
            from recommender.validation.step import validate

            validate(container, arguments)
        case "features":
            from recommender.features.step import compute_features

            compute_features(container, arguments)
        case "materialize":
            from recommender.feature_store.materialize import materialize

            materialize(container, arguments)
        case "train":
            from recommender.ranking.step import train

            train(container)
        case "tune":
            from recommender.ranking.search import tune

            tune(container, arguments)
        case "evaluate":
            from recommender.evaluation.step import evaluate

            evaluate(container)
        case "serve":
            from recommender.serving.server import serve

            serve(container)
        case "track":
            from recommender.tracking.step import track

            track(arguments)
        case _:
            from recommender.simulation.step import simulate

            simulate(arguments)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _end)
    sys.exit(main())
