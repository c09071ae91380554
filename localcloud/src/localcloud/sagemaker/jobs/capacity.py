"""Which instance types AWS has none of at the moment, for jobs to fail as they do there.

A job that cannot be given its instances ends as Failed with the reason CapacityError (SageMaker AI guide, "Retry Policy
for Pipeline Steps", names it; the sentence is the one that jobs end with). `localcloud capacity` says how many there
are; of a type that nothing was said of there are always enough. What other jobs hold is not counted.
"""

from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.failure import JobFailure
from localcloud.sagemaker.request_shapes import choices
from localcloud.scope import Scope
from localcloud.store import Document

KIND = "JobCapacity"
_SHAPES = ("TrainingInstanceType", "ProcessingInstanceType", "TransformInstanceType")
_LACKING = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
)


def set_capacity(cloud: Cloud, scope: Scope, instance_type: str, instances: int) -> None:
    """Set how many instances of a type a job of an account can be given in a region.

    Raises:
        ValidationError: jobs cannot run on such a type, or the number is negative.
    """
    if not any(instance_type in choices(shape) for shape in _SHAPES):
        raise ValidationError(f"{instance_type} is no instance type that jobs can have, such as ml.m5.large.")
    if instances < 0:
        raise ValidationError(f"There are 0 or more instances, not {instances}.")
    cloud.store.put(scope, KIND, instance_type, {"Value": instances})


def provision(cloud: Cloud, scope: Scope, document: Document) -> None:
    """Give a job its instances, as soon as it starts.

    Raises:
        JobFailure: there are not as many of their type.
    """
    instance_type, count = _asked(document)
    known = cloud.store.get(scope, KIND, instance_type)
    if known is not None and count > known["Value"]:
        raise JobFailure(_LACKING)


def _asked(document: Document) -> tuple[str, int]:
    cluster = (
        document.get("ResourceConfig")
        or document.get("TransformResources")
        or document["ProcessingResources"]["ClusterConfig"]
    )
    return cluster["InstanceType"], int(cluster.get("InstanceCount", 1))
