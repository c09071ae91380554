"""How long things stay."""

from typing import Literal

from pydantic import Field

from stacks.settings.dials import Days, Dials


class RetentionSettings(Dials):
    """How long things stay, in days."""

    noncurrent_version_days: Days
    """Overwritten or deleted objects can be brought back for this long."""
    capture_days: Days
    """What the endpoint was asked and answered: customers' data, so it goes by itself."""
    access_log_days: Days
    """Access logs of the buckets."""
    container_log_days: Literal[1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 3653]
    """Logs of the endpoint's containers; CloudWatch knows these spans only."""
    untagged_image_days: Days
    """Images that no tag points at any more."""
    key_deletion_days: int = Field(ge=7, le=30)
    """A deleted key can be brought back for this long."""
