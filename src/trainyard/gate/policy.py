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
        if self.draws < 100:
            raise ValueError(f"draws must be at least 100, got {self.draws}")
