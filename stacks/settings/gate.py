"""What a challenger must show before it is registered."""

from pydantic import Field

from stacks.settings.dials import Dials


class GateSettings(Dials):
    """What a challenger must show."""

    minimum_ratio: float = Field(gt=0)
    """MAP@10 of the challenger over the champion's, at least."""
    confidence: float = Field(ge=0, lt=1)
    """Share of paired bootstrap draws in which the challenger must be better."""
    minimum_slice_customers: int = Field(ge=1)
    """Slices with fewer customers are pooled."""
