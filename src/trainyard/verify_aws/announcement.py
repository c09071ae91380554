"""What a verification says before it asks: where, what, how long, and what it costs at most. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from trainyard.verify_aws.stack import ENVIRONMENT

MINUTES = {
    "the environment": 12,
    "images": 15,
    "pipeline": 35,
    "release": 20,
    "a preview with refresh": 3,
    "taking it away": 20,
}
"""Estimates by what AWS documents and others report; no run on AWS stands behind them."""

JOBS = 6
"""Of the pipeline, each a few minutes on an instance of its own."""

JOB_MINUTES = 6


@dataclass(frozen=True, kw_only=True)
class Price:
    """What the prices of this version say."""

    monthly: float
    """Of what the environment costs by existing."""
    job_instance_hour: float | None
    currency: str
    date: str
    unpriced: int
    """Resources of which nobody can say what they cost."""

    @property
    def total(self) -> float:
        """Of the whole verification: the environment for its time, with the endpoint twice while it is released."""
        hours = sum(MINUTES.values()) / 60
        jobs = (self.job_instance_hour or 0) * JOBS * JOB_MINUTES / 60
        return 2 * self.monthly / 730 * hours + jobs


def announcement(account: str, region: str, stack: Mapping[str, Any], resources: int, price: Price) -> Iterator[str]:
    """Yield what is said before the question."""
    service = stack["config"]["trainyard:services"][0]
    yield f"This verifies Trainyard on AWS account {account} in {region}, in an environment named {ENVIRONMENT!r}."
    yield (
        f"It creates {resources} resources (a VPC with endpoints, buckets, roles, a key, one endpoint of one "
        f"{service['serving']['instance_type']}), runs one pipeline on simulated orders, releases its model, asks it, "
        "and deletes all of it again."
    )
    yield f"Time, estimated: about {sum(MINUTES.values())} minutes; " + ", ".join(
        f"{k} {v}" for k, v in MINUTES.items()
    )
    yield (
        f"Price, estimated: about {price.total:.2f} {price.currency} at prices of {price.date} if all goes well; left "
        f"standing, {price.monthly:.0f} {price.currency} a month. Requests, storage and logs add cents."
    )
    if price.unpriced:
        yield f"{price.unpriced} resources have no price in that file, so it can be more."
    yield "The encryption key goes seven days later, as KMS demands; it costs nothing while it waits."
