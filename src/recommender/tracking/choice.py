"""Which tracker the environment asks for; each is imported only where it is asked for."""

from collections.abc import Mapping

from recommender.tracking.interface import Tracker

MLFLOW, WANDB = "MLFLOW_TRACKING_URI", "WANDB_PROJECT"


def chosen(environ: Mapping[str, str]) -> str | None:
    """Return the variable that asks for a tracker, or nothing where none does; MLflow goes before Weights & Biases."""
    return next((variable for variable in (MLFLOW, WANDB) if environ.get(variable)), None)


def tracker(environ: Mapping[str, str], experiment: str) -> Tracker | None:
    """Return the tracker that is asked for; this imports its client, which takes seconds.

    Raises:
        ImportError: its client is not installed.
    """
    match chosen(environ):
        case "MLFLOW_TRACKING_URI":
            from recommender.tracking.mlflow_tracker import MlflowTracker

            return MlflowTracker(environ[MLFLOW], experiment)
        case "WANDB_PROJECT":
            from recommender.tracking.wandb_tracker import WandbTracker

            return WandbTracker(environ[WANDB], group=experiment)
        case _:
            return None
