"""What is lost when a resource goes: by its type, in plain words.

Fails closed: of a type that is not listed nobody says that nothing is lost.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from trainyard.preview.plan import Change, Operation


class Severity(StrEnum):
    """How much it matters; the order is the one in which a reviewer asks."""

    DATA = "data"
    SERVICE = "service"
    UNKNOWN = "unknown"
    NOTHING = "nothing"


@dataclass(frozen=True)
class Loss:
    """What is lost."""

    severity: Severity
    text: str


@dataclass(frozen=True)
class _Holds:
    severity: Severity
    deleted: str
    replaced: str = ""


def _data(text: str) -> _Holds:
    return _Holds(Severity.DATA, text)


def _service(deleted: str, replaced: str) -> _Holds:
    return _Holds(Severity.SERVICE, deleted, replaced)


def _nothing(text: str = "Nothing is stored in it.") -> _Holds:
    return _Holds(Severity.NOTHING, text)


_BUCKET = _data("All objects in the bucket, with their versions.")
_ACCESS = _service(
    "Who works with it loses that access.", "Who works with it has no access until the new one is there."
)
_ROUTE = _service("What is in it loses its way to AWS.", "Connections through it break while it is replaced.")
_CALLED = _service("Whoever calls it gets no answer any more.", "Whoever calls it meanwhile gets no answer.")
_MESSAGES = _data("Messages that nobody has taken yet.")
_DATABASE = _data("The database with all its records, unless a final snapshot is taken.")
_SETTINGS = _nothing("Settings only; nothing is stored in it.")
_UNWATCHED = _nothing("Its history; nobody is told while it is away.")

HOLDS: Mapping[str, _Holds] = {
    "aws:s3/bucket:Bucket": _BUCKET,
    "aws:s3/bucketV2:BucketV2": _BUCKET,
    "aws:s3/bucketObject:BucketObject": _data("This object; earlier versions stay where the bucket keeps versions."),
    "aws:s3/bucketObjectv2:BucketObjectv2": _data(
        "This object; earlier versions stay where the bucket keeps versions."
    ),
    "aws:dynamodb/table:Table": _data("All records of the table."),
    "aws:kms/key:Key": _data(
        "Everything encrypted with this key can never be read again once its waiting period ends."
    ),
    "aws:cloudwatch/logGroup:LogGroup": _data("All log events in it."),
    "aws:ecr/repository:Repository": _data("All images in it."),
    "aws:sagemaker/modelPackageGroup:ModelPackageGroup": _data("All model versions registered in it."),
    "aws:sagemaker/featureGroup:FeatureGroup": _data("Its online records; files of the offline store stay in S3."),
    "aws:sagemaker/mlflowApp:MlflowApp": _data("Its runs and experiments; artefacts stay in S3."),
    "aws:sagemaker/mlflowTrackingServer:MlflowTrackingServer": _data("Its runs and experiments; artefacts stay in S3."),
    "aws:secretsmanager/secret:Secret": _data("The secret's values, once its recovery window ends."),
    "aws:efs/fileSystem:FileSystem": _data("All files in it."),
    "aws:ebs/volume:Volume": _data("All blocks of the volume, unless a snapshot is taken."),
    "aws:rds/instance:Instance": _DATABASE,
    "aws:rds/cluster:Cluster": _DATABASE,
    "aws:opensearch/domain:Domain": _data("All indices in it."),
    "aws:sqs/queue:Queue": _MESSAGES,
    "aws:kinesis/stream:Stream": _MESSAGES,
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": _MESSAGES,
    "aws:cloudtrail/trail:Trail": _service("Nothing is recorded any more.", "Nothing is recorded meanwhile."),
    "aws:backup/vault:Vault": _data("All recovery points in it."),
    "aws:glue/catalogDatabase:CatalogDatabase": _data("Its table definitions; the files stay in S3."),
    "aws:sagemaker/endpoint:Endpoint": _service(
        "Requests to it are answered no more.",
        "Requests fail until the new one is in service, which starts on its first configuration, not on what is live.",
    ),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": _SETTINGS,
    "aws:sagemaker/model:Model": _nothing("A reference only; the model's archive stays in S3."),
    "aws:sagemaker/pipeline:Pipeline": _data("The pipeline's history of executions; what they wrote stays."),
    "aws:appautoscaling/target:Target": _service(
        "The endpoint does not scale any more.", "The endpoint does not scale until the new one is there."
    ),
    "aws:appautoscaling/policy:Policy": _service(
        "The endpoint does not scale any more.", "The endpoint does not scale until the new one is there."
    ),
    "aws:appautoscaling/scheduledAction:ScheduledAction": _service(
        "The minimum of the endpoint's scaling stays at what it was set to last.",
        "The minimum of the endpoint's scaling stays as it is until the next full hour.",
    ),
    "aws:ec2/vpc:Vpc": _ROUTE,
    "aws:ec2/subnet:Subnet": _ROUTE,
    "aws:ec2/securityGroup:SecurityGroup": _ROUTE,
    "aws:ec2/routeTable:RouteTable": _ROUTE,
    "aws:ec2/routeTableAssociation:RouteTableAssociation": _ROUTE,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _ROUTE,
    "aws:ec2/natGateway:NatGateway": _ROUTE,
    "aws:ec2/internetGateway:InternetGateway": _ROUTE,
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": _SETTINGS,
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": _ROUTE,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": _ROUTE,
    "aws:lambda/function:Function": _CALLED,
    "aws:lb/loadBalancer:LoadBalancer": _CALLED,
    "aws:sns/topic:Topic": _service(
        "Its subscriptions; subscribers hear nothing any more.", "Its subscriptions: who confirmed must confirm anew."
    ),
    "aws:sns/topicSubscription:TopicSubscription": _service(
        "The subscriber hears nothing any more.", "The subscriber must confirm anew."
    ),
    "aws:iam/role:Role": _ACCESS,
    "aws:iam/user:User": _ACCESS,
    "aws:iam/rolePolicy:RolePolicy": _ACCESS,
    "aws:iam/policy:Policy": _ACCESS,
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": _ACCESS,
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": _ACCESS,
    "aws:kms/alias:Alias": _CALLED,
    "aws:s3/bucketPolicy:BucketPolicy": _nothing("Nothing is stored in it; its permissions and denials end."),
    "aws:sns/topicPolicy:TopicPolicy": _nothing("Nothing is stored in it; its permissions and denials end."),
    "aws:sqs/queuePolicy:QueuePolicy": _nothing("Nothing is stored in it; its permissions and denials end."),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": _SETTINGS,
    "aws:s3/bucketVersioning:BucketVersioning": _nothing("Versioning stops: what is overwritten from then on is lost."),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": _SETTINGS,
    "aws:s3/bucketLogging:BucketLogging": _SETTINGS,
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": _SETTINGS,
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": _SETTINGS,
    "aws:s3/bucketNotification:BucketNotification": _service("Nobody hears of new objects.", "Nobody hears meanwhile."),
    "aws:ecr/lifecyclePolicy:LifecyclePolicy": _SETTINGS,
    "aws:ecr/repositoryPolicy:RepositoryPolicy": _SETTINGS,
    "aws:ssm/parameter:Parameter": _nothing("Its value, which the program writes; readers fail while it is away."),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _UNWATCHED,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _UNWATCHED,
    "aws:cloudwatch/dashboard:Dashboard": _SETTINGS,
    "aws:cloudwatch/eventRule:EventRule": _service("Nothing reacts to its events.", "Nothing reacts meanwhile."),
    "aws:cloudwatch/eventTarget:EventTarget": _service("Nothing reacts to its events.", "Nothing reacts meanwhile."),
    "aws:scheduler/schedule:Schedule": _service(
        "What it starts is not started.", "What is due meanwhile is not started."
    ),
    "aws:budgets/budget:Budget": _UNWATCHED,
    "aws:lambda/permission:Permission": _ACCESS,
}

_UNLISTED = _Holds(Severity.UNKNOWN, "Trainyard does not know this type: look up what it holds before you approve.")
_RETAINED = Loss(Severity.NOTHING, "Nothing: the old one stays in AWS, and Pulumi forgets it.")
_LEFTOVER = Loss(Severity.NOTHING, "Nothing more: the old one of a replacement that was interrupted.")
_COMPONENT = Loss(Severity.NOTHING, "Nothing itself: it only groups others.")


def lost(change: Change) -> Loss | None:
    """Return what is lost by a change, or None where the resource stays."""
    if change.operation not in (Operation.DELETE, Operation.REPLACE):
        return None
    if change.retained:
        return _RETAINED
    if not change.custom or change.type.startswith("pulumi:"):
        return _COMPONENT
    if change.leftover:
        return _LEFTOVER
    holds = HOLDS.get(change.type, _UNLISTED)
    text = holds.replaced if change.operation is Operation.REPLACE and holds.replaced else holds.deleted
    return Loss(holds.severity, text + _remark(change.type, change.old))


def _remark(type_token: str, old: Mapping[str, Any]) -> str:
    if type_token == "aws:kms/key:Key" and (days := old.get("deletionWindowInDays")):
        return f" It waits {days} days, and can be brought back until then."
    if HOLDS.get(type_token) is _BUCKET and not old.get("forceDestroy"):
        return " AWS refuses while there are any."
    return ""
