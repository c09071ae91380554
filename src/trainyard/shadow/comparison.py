"""Shadow and production side by side, and what is too little to judge by. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from trainyard.shadow.measured import Measured
from trainyard.shadow.record import ShadowRecord

LEAST_REQUESTS = 100
"""Below so many a p99 is merely the slowest request."""
LEAST_PAIRS = 30
"""Answers of both to the same request: below so many their mean says little."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """What a report shows."""

    record: ShadowRecord
    seconds: float
    production: Measured
    shadow: Measured
    pairs: int | None
    """Requests that both answered and whose answers were captured; None where nothing is captured."""
    agreement: float | None
    """Mean share of production's products that the shadow names too; None where there is no pair."""

    @property
    def too_little(self) -> tuple[str, ...]:
        """Return what there is too little of, one sentence each."""
        found = [
            f"{name} answered {one.invocations} requests; a p99 wants at least {LEAST_REQUESTS}"
            for name, one in (("Production", self.production), ("The shadow", self.shadow))
            if one.invocations < LEAST_REQUESTS
        ]
        if self.pairs is None:
            return (*found, "Answers are not compared: the live config captures no data (`capture_percent`)")
        if self.pairs < LEAST_PAIRS:
            found.append(f"{self.pairs} requests were captured with both answers; a mean wants at least {LEAST_PAIRS}")
        return tuple(found)

    def document(self) -> dict[str, Any]:
        """Return it as JSON types."""
        return {
            **self.record.document(),
            "seconds": round(self.seconds),
            "variants": {"production": asdict(self.production), "shadow": asdict(self.shadow)},
            "pairs": self.pairs,
            "agreement": self.agreement,
            "too_little": list(self.too_little),
        }


def compare(
    record: ShadowRecord, now: float, production: Measured, shadow: Measured, shares: Sequence[float] | None
) -> Comparison:
    """Put together what was measured; `shares` are the agreements of the answers, None where nothing is captured."""
    return Comparison(
        record=record,
        seconds=now - (record.running_since or now),
        production=production,
        shadow=shadow,
        pairs=None if shares is None else len(shares),
        agreement=round(sum(shares) / len(shares), 3) if shares else None,
    )
