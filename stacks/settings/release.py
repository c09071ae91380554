"""How a release of a service moves traffic, and what undoes it."""

from typing import Literal

from pydantic import Field

from stacks.settings.dials import Dials


class StrategySettings(Dials):
    """How a release moves traffic."""

    type: Literal["all_at_once", "canary", "linear", "rolling"]
    """A canary lets the new fleet prove itself on a share of the traffic, linear moves it in equal steps. Both run the
    old and the new fleet side by side; rolling replaces a batch of instances at a time, where a fleet cannot double."""
    canary_percent: int = Field(ge=1, le=50)
    """Share of the variant's instances in the canary."""
    linear_percent: int = Field(ge=10, le=50)
    """Share of the variant's instances in each linear step."""
    rolling_percent: int = Field(ge=5, le=50)
    """Share of the variant's instances in each rolling batch."""
    rolling_back_percent: int = Field(ge=5, le=100)
    """Share of the variant's instances in each batch on the way back; at 100 the old fleet returns at once."""
    bake_seconds: int = Field(ge=0, le=3600)
    """How long alarms are watched after each step or batch, and again after all has moved."""
    timeout_seconds: int = Field(ge=600, le=28800)
    """A deployment that takes longer is rolled back."""


class ThresholdSettings(Dials):
    """When alarms fire, each over one minute."""

    latency_p99_ms: float = Field(gt=0)
    """99th percentile of the model's latency."""
    errors_5xx_percent: float = Field(ge=0, le=100)
    """Share of requests that the model failed."""
    errors_4xx_percent: float = Field(ge=0, le=100)
    """Share of requests that the model refused."""
