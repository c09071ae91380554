"""What holds data or answers customers cannot be deleted by mistake, where the stack file asks for that."""

from collections.abc import Iterator
from dataclasses import dataclass

from stacks.rules.context import Context
from stacks.rules.reading import shown
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict, for_each


@dataclass(frozen=True)
class Own:
    """A property by which AWS, or the provider, itself refuses to delete."""

    property: str
    safe: bool
    """The value that refuses."""
    default: bool
    """What it is when nothing is said."""


_GUARD = Own("deletionProtection", safe=True, default=False)
_FORCE = Own("forceDestroy", safe=False, default=False)
_SNAPSHOT = Own("skipFinalSnapshot", safe=False, default=False)
PROTECTED: dict[str, tuple[Own, ...]] = {
    "aws:backup/vault:Vault": (_FORCE,),
    "aws:cognito/userPool:UserPool": (),
    "aws:dynamodb/table:Table": (Own("deletionProtectionEnabled", safe=True, default=False),),
    "aws:ebs/volume:Volume": (),
    "aws:ecr/repository:Repository": (Own("forceDelete", safe=False, default=False),),
    "aws:efs/fileSystem:FileSystem": (),
    "aws:kms/key:Key": (),
    "aws:lb/loadBalancer:LoadBalancer": (Own("enableDeletionProtection", safe=True, default=False),),
    "aws:opensearch/domain:Domain": (),
    "aws:rds/cluster:Cluster": (_GUARD, _SNAPSHOT),
    "aws:rds/instance:Instance": (_GUARD, _SNAPSHOT),
    "aws:s3/bucket:Bucket": (_FORCE,),
    "aws:s3/bucketV2:BucketV2": (_FORCE,),
    "aws:sagemaker/domain:Domain": (),
    "aws:sagemaker/endpoint:Endpoint": (),
    "aws:sagemaker/featureGroup:FeatureGroup": (),
    "aws:sagemaker/mlflowApp:MlflowApp": (),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": (),
}
"""By type: what its loss cannot be made good by another `pulumi up`, with the guards of its own."""


def _judge(resource: Resource, context: Context) -> Iterator[Verdict]:
    if not context.deletion_protection or resource.type not in PROTECTED:
        return
    if not resource.protect:
        yield Broken(
            resource,
            f"{resource} can be deleted: its option protect is false, and trainyard:deletion_protection is true.",
            "Pass settings.deletion_protection to it as protect.",
        )
    for own in PROTECTED[resource.type]:
        value = resource.inputs.get(own.property)
        if value == UNKNOWN:
            yield Undecided(resource, own.property)
        elif (own.default if value is None else value) is not own.safe:
            yield Broken(
                resource,
                f"{resource} can be deleted: {own.property} is {shown(value)}, and trainyard:deletion_protection is "
                "true.",
                f"Set {own.property} to {shown(own.safe)} where settings.deletion_protection is true.",
            )


RULE = Rule(
    "protected",
    "Where trainyard:deletion_protection is true, what holds data or answers customers is protected, by Pulumi and by "
    "AWS where it can.",
    for_each(_judge),
)
