"""Which run a step belongs to and what it was made from: told by the pipeline in the job's environment."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from recommender.file_hash import file_hash

RUN, EXPERIMENT = "TRACKING_RUN", "TRACKING_EXPERIMENT"
TAGS = {"code_commit": "TRACKING_CODE_COMMIT", "image": "TRACKING_IMAGE", "orders_uri": "TRACKING_ORDERS_URI"}
"""Tag of a run -> the environment variable that holds it."""

LOCK = Path(__file__).parents[2] / "requirements.lock"
"""The image's lock file, beside the code."""


@dataclass(frozen=True, kw_only=True)
class Origin:
    """The run that a step is part of."""

    experiment: str
    run: str
    tags: Mapping[str, str]


def origin(environ: Mapping[str, str], lock: Path = LOCK) -> Origin:
    """Return the run that the environment names; a step started by hand is in a run called `by-hand`."""
    tags = {tag: environ[variable] for tag, variable in TAGS.items() if environ.get(variable)}
    if lock.is_file():
        tags["lock_sha256"] = file_hash(lock)
    return Origin(experiment=environ.get(EXPERIMENT, "recommender"), run=environ.get(RUN, "by-hand"), tags=tags)
