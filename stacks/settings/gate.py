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
    maximum_slice_loss: float = Field(ge=0, le=1)
    """Share of its MAP@10 that a group of customers may lose against the champion, where the loss is beyond chance."""
    minimum_map_at_10: float = Field(ge=0, le=1)
    """Of any model, whatever it is compared with."""
    minimum_coverage: float = Field(ge=0, le=1)
    """Share of all products that are recommended to somebody, at least: a model that names the same few is none."""
    maximum_latency_ms: float = Field(gt=0)
    """Median time of one customer's answer, measured in the evaluation, without the server."""
