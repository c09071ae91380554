"""Golden requests: the smoke tests of a model service, as data beside its code (`golden_requests.json`).

A missing or empty file is an error: a release without smoke tests would look tested.
"""

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from trainyard.errors import UsageError

FILE = "golden_requests.json"


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """What the answer to one golden request must show, beside the schema."""

    customers: int = 1
    k: int = 10
    """Products a customer, all distinct."""
    source: str = ""
    """`personal` or `popular` where the answer must say so."""
    error_status: int | None = None
    """The container's status where the request must be refused."""


@dataclass(frozen=True, kw_only=True)
class GoldenRequest:
    """One request and what is expected of its answer."""

    name: str
    body: dict[str, Any]
    expect: Expectation = Expectation()


@dataclass(frozen=True, kw_only=True)
class GoldenSuite:
    """All golden requests of a model service."""

    schema_version: Literal[1]
    requests: tuple[GoldenRequest, ...]
    repeats: int = 3
    """Times each request is sent, so that one slow answer decides nothing."""
    latency_p50_ms: float | None = None
    """Highest allowed median; None takes the latency threshold of the service's alarms."""
    maximum_latency_ratio: float | None = None
    """Highest allowed median as a multiple of the champion's, measured beside it; None does not compare."""
    minimum_agreement: float = 0.0
    """Least share of the champion's products that the new model must name too: one that names none speaks of other
    products than the shop sells."""
    soak_requests: int = 0
    """Sent one after another once all else has passed: what fails only after a while fails before customers ask."""


def golden_file(service: str) -> Path | None:
    """Return where the package of a model service keeps its golden requests; the package is not imported."""
    spec = importlib.util.find_spec(service.replace("-", "_"))
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / FILE


def load_golden(service: str, path: Path | None = None) -> GoldenSuite:
    """Read the golden requests of a service, from `path` or from its package.

    Raises:
        UsageError: the file is missing, empty, or does not fit the schema.
    """
    path = path or golden_file(service)
    if path is None or not path.is_file():
        raise UsageError(
            f"Model service {service!r} has no golden requests, so a release could not be tested before it is live",
            where=str(path or f"the package of {service}"),
            cure=f"Add {FILE} to the package of the service, or name a file with --golden",
        )
    try:
        suite = TypeAdapter(GoldenSuite).validate_json(path.read_text())
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise UsageError(
            f"The golden requests do not fit their schema: {place or 'file'}: {first['msg']}", where=str(path)
        ) from error
    if not suite.requests:
        raise UsageError("The file of golden requests lists none, so it would test nothing", where=str(path))
    return suite
