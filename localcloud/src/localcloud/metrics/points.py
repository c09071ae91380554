"""A data point, and the series it belongs to."""

from collections.abc import Mapping
from dataclasses import dataclass

from localcloud.scope import Scope


@dataclass(frozen=True, order=True)
class SeriesKey:
    """One metric as CloudWatch tells metrics apart: by scope, namespace, name and the exact set of dimensions."""

    scope: Scope
    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, scope: Scope, namespace: str, name: str, dimensions: Mapping[str, str]) -> "SeriesKey":
        """Return the key of a metric; the order of `dimensions` does not matter."""
        return cls(scope, namespace, name, tuple(sorted(dimensions.items())))


@dataclass(slots=True)
class Point:
    """`count` observations at `at` (seconds since the epoch), between `low` and `high`, that add up to `total`."""

    at: float
    low: float
    high: float
    total: float
    count: float
    unit: str

    @classmethod
    def single(cls, at: float, value: float, unit: str, count: float = 1.0) -> "Point":
        """Return the point of one value, observed `count` times."""
        return cls(at, value, value, value * count, count, unit)
