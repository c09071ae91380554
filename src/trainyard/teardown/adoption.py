"""What an engine that was killed had begun to create: it may exist, and the state has no id of it. Pure.

The state keeps the inputs of each creation under way, physical name included. From them, and from the tags that EC2 and
KMS tell of, comes the id by which such a resource enters the state, to be deleted with the rest. An id of what was not
made is no harm: a refresh reads it, finds nothing and forgets it. (`pulumi refresh --import-pending-creates` is meant
for this, but the engine of version 3.259 marks such a resource as importing and then drops it.)
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

NAMED: Mapping[str, str] = {
    "aws:cloudwatch/dashboard:Dashboard": "{dashboardName}",
    "aws:cloudwatch/eventRule:EventRule": "{name}",
    "aws:cloudwatch/eventTarget:EventTarget": "{rule}/{targetId}",  # a rule that has one cannot be deleted
    "aws:cloudwatch/logGroup:LogGroup": "{name}",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "{name}",
    "aws:dynamodb/table:Table": "{name}",
    "aws:ecr/repository:Repository": "{name}",
    "aws:iam/role:Role": "{name}",
    "aws:iam/rolePolicy:RolePolicy": "{role}:{name}",
    "aws:kms/alias:Alias": "{name}",
    "aws:lambda/function:Function": "{name}",
    "aws:s3/bucket:Bucket": "{bucket}",
    "aws:sagemaker/endpoint:Endpoint": "{name}",
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": "{name}",
    "aws:sagemaker/model:Model": "{name}",
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": "{modelPackageGroupName}",
    "aws:sns/topic:Topic": "arn:{partition}:sns:{region}:{account}:{name}",
    "aws:sqs/queue:Queue": "https://sqs.{region}.amazonaws.com/{account}/{name}",
    "aws:ssm/parameter:Parameter": "{name}",
}
"""Type to id, in terms of its inputs and of where the environment is."""

TAGGED: Mapping[str, str] = {
    "aws:ec2/routeTable:RouteTable": "route-table",
    "aws:ec2/securityGroup:SecurityGroup": "security-group",
    "aws:ec2/subnet:Subnet": "subnet",
    "aws:ec2/vpc:Vpc": "vpc",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "vpc-endpoint",
    "aws:kms/key:Key": "key",
}
"""Type to the kind by which it is found: AWS chooses the ids of these."""

LISTINGS = {
    "route-table": ("describe_route_tables", "RouteTables", "RouteTableId"),
    "security-group": ("describe_security_groups", "SecurityGroups", "GroupId"),
    "subnet": ("describe_subnets", "Subnets", "SubnetId"),
    "vpc": ("describe_vpcs", "Vpcs", "VpcId"),
    "vpc-endpoint": ("describe_vpc_endpoints", "VpcEndpoints", "VpcEndpointId"),
}
"""Kind of EC2's to the operation that lists it, the list, and the field of the id."""

ATTACHED = frozenset(
    {
        "aws:appautoscaling/policy:Policy",
        "aws:appautoscaling/scheduledAction:ScheduledAction",
        "aws:appautoscaling/target:Target",  # which the sweep finds by name
        "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
        "aws:ec2/routeTableAssociation:RouteTableAssociation",
        "aws:ecr/lifecyclePolicy:LifecyclePolicy",
        "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig",
        "aws:lambda/functionUrl:FunctionUrl",
        "aws:lambda/permission:Permission",
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        "aws:s3/bucketLogging:BucketLogging",
        "aws:s3/bucketNotification:BucketNotification",
        "aws:s3/bucketObjectv2:BucketObjectv2",
        "aws:s3/bucketOwnershipControls:BucketOwnershipControls",
        "aws:s3/bucketPolicy:BucketPolicy",
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        "aws:s3/bucketVersioning:BucketVersioning",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
        "aws:sqs/queuePolicy:QueuePolicy",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    }
)
"""Types that are gone with what they are attached to."""


@dataclass(frozen=True, kw_only=True)
class Unfinished:
    """A resource whose creation was under way when the engine was killed."""

    urn: str
    type: str
    inputs: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Found:
    """A resource of the environment, by the tags that AWS lists of it."""

    kind: str
    id: str


def adoptable(
    unfinished: Iterable[Unfinished], found: Iterable[Found], known: Iterable[str], place: Mapping[str, str]
) -> Iterator[tuple[str, str]]:
    """Yield URN and id of what may exist.

    Args:
        unfinished: what the state tells.
        found: what carries the environment's tags.
        known: ids that the state has already.
        place: partition, region and account.
    """
    has = set(known)
    strangers = [one for one in found if one.id not in has]
    for item in unfinished:
        if template := NAMED.get(item.type):
            yield item.urn, template.format_map({**place, **item.inputs})
        elif kind := TAGGED.get(item.type):
            # Two of a kind may be exchanged for each other: both are going to be deleted.
            match = next((one for one in strangers if one.kind == kind), None)
            if match is not None:
                strangers.remove(match)
                yield item.urn, match.id


def adopted(exported: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """Return an exported state in which what was being created is a resource, where it has an id, or forgotten.

    Args:
        exported: what `pulumi stack export` says.
        ids: id by URN.
    """
    deployment = exported["deployment"]
    begun = (one["resource"] for one in deployment["pending_operations"] if one["type"] == "creating")
    resources = [{**row, "id": ids[row["urn"]]} for row in begun if row["urn"] in ids]
    return {
        **exported,
        "deployment": {**deployment, "resources": [*deployment["resources"], *resources], "pending_operations": []},
    }


def is_known(type: str) -> bool:
    """Return whether there is a way to find, or no need to find, what of this type an engine had begun to create."""
    return type in NAMED or type in TAGGED or type in ATTACHED
