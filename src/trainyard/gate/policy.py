"""What the gate asks of a challenger; the values come from the environment's settings."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Policy:
    """The gate's dials."""

    minimum_ratio: float = 1.01
    """MAP@10 of the challenger over the champion's, at least."""
    confidence: float
    """Share of paired bootstrap draws in which the challenger must be better, from 0 to below 1."""
    minimum_slice_customers: int
    """Slices with fewer customers are pooled into one."""
    maximum_slice_loss: float = 0.1
    """Share of its MAP@10 that a slice may lose, where the loss is more than chance."""
    minimum_map_at_10: float = 0.0
    """Of any model."""
    minimum_coverage: float = 0.0
    """Share of all products that are recommended to somebody, at least."""
    maximum_latency_ms: float = 1000.0
    """Median of one customer's answer in process."""
    draws: int = 2000
    """Bootstrap draws; 2000 put the share's own standard error below 0.012."""
    seed: int = 0
    """Of the bootstrap, so that the same evidence always gets the same answer."""

    def __post_init__(self) -> None:
        if self.minimum_ratio <= 0:
            raise ValueError(f"minimum_ratio must be positive, got {self.minimum_ratio}")
        if not 0 <= self.confidence < 1:
            raise ValueError(f"confidence must be from 0 to below 1, got {self.confidence}: no sample is ever certain")
        if self.minimum_slice_customers < 1:
            raise ValueError(f"minimum_slice_customers must be at least 1, got {self.minimum_slice_customers}")
        for name in ("maximum_slice_loss", "minimum_map_at_10", "minimum_coverage"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} must be from 0 to 1, got {getattr(self, name)}")
        if self.maximum_latency_ms <= 0:
            raise ValueError(f"maximum_latency_ms must be positive, got {self.maximum_latency_ms}")
        if self.draws < 100:
            raise ValueError(f"draws must be at least 100, got {self.draws}")
