"""What a service's training and processing jobs run on."""

from pydantic import Field

from stacks.settings.dials import Dials, InstanceType


class TrainingSettings(Dials):
    """The instances of training and processing jobs."""

    instance_type: InstanceType
    """Of training jobs."""
    instance_count: int = Field(ge=1, le=20)
    """Of training jobs."""
    volume_gib: int = Field(ge=1, le=16384)
    """Of each instance's encrypted volume."""
    spot: bool
    """Cheaper, and may be interrupted."""
    timeout_seconds: int = Field(ge=60, le=432000)
    """A job that runs longer is stopped."""
    processing_instance_type: InstanceType
    """Of processing jobs."""
