"""What a service's training and processing jobs run on."""

from pydantic import Field, model_validator

from stacks.instance_gpu import has_gpu
from stacks.instance_storage import has_local_storage
from stacks.settings.dials import Dials, InstanceType


class TrainingSettings(Dials):
    """The instances of training and processing jobs."""

    instance_type: InstanceType
    """Of training jobs."""
    fallback_instance_types: list[InstanceType] = Field(max_length=5)
    """Of training jobs, in this order, where AWS has no capacity of the types before. They run the same image and have
    volumes encrypted alike, so all have GPUs or none has, and all have disks of their own or none has."""
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

    @model_validator(mode="after")
    def _alike(self) -> "TrainingSettings":
        types = [self.instance_type, *self.fallback_instance_types]
        if len(set(types)) < len(types):
            raise ValueError("fallback_instance_types must name other types than instance_type, each once")
        for asked, has in (("GPUs", has_gpu), ("disks of their own", has_local_storage)):
            odd = [each for each in types if has(each) != has(self.instance_type)]
            if odd:
                raise ValueError(
                    f"instance_type and fallback_instance_types must all have {asked} or none: {', '.join(odd)} "
                    f"differs from {self.instance_type}"
                )
        return self
