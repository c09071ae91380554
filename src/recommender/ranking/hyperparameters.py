"""Hyperparameters: SageMaker hands them over as strings; every one has a default and a range."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from recommender.errors import BadHyperparameters
from recommender.features.definition import CORE_FEATURES, DISCOVERY_ONLY
from recommender.features.state import FEATURES

RANGES: dict[str, tuple[float, float]] = {
    "n_estimators": (1, 5000),
    "max_depth": (1, 16),
    "learning_rate": (1e-4, 1),
    "min_child_weight": (0, 1e6),
    "subsample": (0.1, 1),
    "colsample": (0.1, 1),
    "candidates": (20, 1000),
    "windows": (1, 100),
    "early_stopping": (0, 1000),
    "seed": (0, 2**31 - 1),
}
CHOICES: dict[str, tuple[str, ...]] = {
    "objective": ("binary:logistic", "rank:ndcg", "rank:map"),
    "features": ("core", "full"),
    "device": ("auto", "cpu", "cuda"),
}


@dataclass(frozen=True, kw_only=True)
class Hyperparameters:
    """The dials of training; the defaults are those that did best on windows before the holdout."""

    objective: str = "binary:logistic"
    """Pointwise by default: no worse than listwise ones on this size of data, faster, and a score is a probability."""

    n_estimators: int = 300
    max_depth: int = 5
    learning_rate: float = 0.02
    min_child_weight: float = 50
    subsample: float = 0.5
    colsample: float = 0.3
    """Many small steps on half of the rows each: seeds then differ by a third of what they did with 120 large ones."""

    candidates: int = 60
    """At most what the features step retrieved per customer."""

    windows: int = 4
    """The newest training windows to learn from: older ones made no difference."""

    features: str = "full"
    """Of the general ranker. `core`: a handful of counts; `full`: all."""

    early_stopping: int = 0
    """Stop after this many rounds without a better newest window, which is then not learned from; 0 learns from all."""

    seed: int = 0

    device: str = "auto"
    """Where trees are learned; `auto` takes a GPU where the image and the machine have one."""

    @classmethod
    def parse(cls, given: Mapping[str, str]) -> "Hyperparameters":
        """Read hyperparameters from strings.

        Raises:
            BadHyperparameters: one is unknown, no number, or out of range; the text says what is allowed.
        """
        kinds = {field.name: type(field.default) for field in fields(cls)}
        # SageMaker's own entries (sagemaker_program and the like) are not ours to judge.
        ours = {name: value for name, value in given.items() if not name.startswith("sagemaker_")}
        unknown = sorted(set(ours) - set(kinds))
        if unknown:
            known = ", ".join(sorted(kinds))
            raise BadHyperparameters(f"unknown hyperparameter {', '.join(unknown)}; known are {known}")
        return cls(**{name: _value(name, text, kinds[name]) for name, text in ours.items()})

    @property
    def columns(self) -> tuple[str, ...]:
        """The features that the general ranker learns from; the one for discovery learns from all of its own."""
        full = tuple(name for name in FEATURES if name not in DISCOVERY_ONLY)
        return CORE_FEATURES if self.features == "core" else full

    def document(self) -> dict[str, Any]:
        """Return the hyperparameters as JSON types."""
        return asdict(self)


def _value(name: str, text: str, kind: type) -> Any:
    if name in CHOICES:
        if text not in CHOICES[name]:
            raise BadHyperparameters(f"{name} is {text!r}; allowed: {', '.join(CHOICES[name])}")
        return text
    low, high = RANGES[name]
    try:
        value = kind(text)
    except ValueError:
        value = None
    if value is None or not low <= value <= high:
        noun = "a whole number" if kind is int else "a number"
        raise BadHyperparameters(f"{name} is {text!r}; allowed: {noun} from {low:g} to {high:g}")
    return value
