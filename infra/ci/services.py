"""What declaring the platform takes, service by service: what reads it, what changes it, and on which ARNs.

One table for both roles of CI: the preview role reads, the deploy role reads and changes. A service that the platform
gains is one more entry (a test compares them with the types that the stacks declare). Secrets, data and messages are
in no entry: nothing here reads what the platform holds, only how it is set up.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from infra.ci.estate import CiEstate
from infra.iam_statements import Document, Statement, allow, document


@dataclass(frozen=True, kw_only=True)
class Service:
    """One service, by the prefix of its actions; actions are without it."""

    prefix: str
    resources: tuple[str, ...]
    """ARN patterns of what the platform has there; `{here}` stands for region and account."""
    read: tuple[str, ...]
    change: tuple[str, ...] = ()
    read_all: tuple[str, ...] = ()
    """Actions for which AWS knows no narrower resource than `*`."""
    change_all: tuple[str, ...] = ()
    """The same of those that change."""

    def reading(self, estate: CiEstate) -> list[Statement]:
        """Return what reading its set-up takes."""
        return self._statements("Read", self.read, self.read_all, estate)

    def changing(self, estate: CiEstate) -> list[Statement]:
        """Return what changing it takes, beside reading."""
        return self._statements("Change", self.change, self.change_all, estate)

    def _statements(
        self, verb: str, some: tuple[str, ...], everywhere: tuple[str, ...], estate: CiEstate
    ) -> list[Statement]:
        name = f"{verb}{self.prefix.replace('-', ' ').title().replace(' ', '')}"
        own = [pattern.format(here=estate.here, account=estate.account) for pattern in self.resources]
        return [
            allow(sid, [f"{self.prefix}:{action}" for action in actions], resources)
            for sid, actions, resources in ((name, some, own), (f"{name}All", everywhere, ["*"]))
            if actions
        ]


_TAGS = ("TagResource", "UntagResource")
_LIFE = ("Create", "Modify", "Delete")
_NETWORK = ("Vpc", "Subnet", "RouteTable", "SecurityGroup")

SERVICES: tuple[Service, ...] = (
    Service(
        prefix="application-autoscaling",
        resources=("arn:aws:application-autoscaling:{here}:scalable-target/*",),
        read=("ListTagsForResource",),
        read_all=("DescribeScalableTargets", "DescribeScalingPolicies", "DescribeScheduledActions"),
        change=(
            "RegisterScalableTarget",
            "DeregisterScalableTarget",
            "PutScalingPolicy",
            "DeleteScalingPolicy",
            "PutScheduledAction",
            "DeleteScheduledAction",
            *_TAGS,
        ),
    ),
    Service(
        prefix="cloudwatch",
        resources=(
            "arn:aws:cloudwatch:{here}:alarm:trainyard-*",
            "arn:aws:cloudwatch::{account}:dashboard/trainyard-*",
        ),
        read=("GetDashboard", "ListTagsForResource"),
        read_all=("DescribeAlarms",),
        change=("PutMetricAlarm", "DeleteAlarms", "PutDashboard", "DeleteDashboards", *_TAGS),
    ),
    Service(
        prefix="dynamodb",
        # Of online stores Feast writes the names, with underscores.
        resources=("arn:aws:dynamodb:{here}:table/trainyard-*", "arn:aws:dynamodb:{here}:table/trainyard_*"),
        read=("DescribeTable", "DescribeContinuousBackups", "DescribeTimeToLive", "ListTagsOfResource"),
        change=("CreateTable", "DeleteTable", "UpdateTable", "UpdateContinuousBackups", *_TAGS),
    ),
    Service(
        prefix="ec2",
        resources=("arn:aws:ec2:{here}:*",),
        read=(),
        # EC2 describes all or nothing: AWS knows no narrower resource.
        read_all=(
            *(f"Describe{what}s" for what in _NETWORK),
            "DescribeVpcAttribute",
            "DescribeVpcEndpoints",
            "DescribeSecurityGroupRules",
            "DescribeNetworkAcls",
            "DescribeNetworkInterfaces",
            "DescribePrefixLists",
            "DescribeAvailabilityZones",
        ),
        change=(
            *(f"{verb}{what}" for what in _NETWORK for verb in ("Create", "Delete")),
            "ModifyVpcAttribute",
            "ModifySubnetAttribute",
            "AssociateRouteTable",
            "DisassociateRouteTable",
            "CreateRoute",
            "ReplaceRoute",
            "DeleteRoute",
            "CreateVpcEndpoint",
            "ModifyVpcEndpoint",
            "DeleteVpcEndpoints",
            *(f"{verb}SecurityGroup{way}" for verb in ("Authorize", "Revoke") for way in ("Ingress", "Egress")),
            "ModifySecurityGroupRules",
            "CreateTags",
            "DeleteTags",
        ),
    ),
    Service(
        prefix="ecr",
        resources=("arn:aws:ecr:{here}:repository/trainyard/*",),
        read=("DescribeRepositories", "GetLifecyclePolicy", "GetRepositoryPolicy", "ListTagsForResource"),
        change=(
            "CreateRepository",
            "DeleteRepository",
            "PutLifecyclePolicy",
            "DeleteLifecyclePolicy",
            "SetRepositoryPolicy",
            "DeleteRepositoryPolicy",
            "PutImageScanningConfiguration",
            "PutImageTagMutability",
            *_TAGS,
        ),
    ),
    Service(
        prefix="events",
        resources=("arn:aws:events:{here}:rule/trainyard-*",),
        read=("DescribeRule", "ListTagsForResource", "ListTargetsByRule"),
        change=("PutRule", "DeleteRule", "PutTargets", "RemoveTargets", *_TAGS),
    ),
    Service(
        prefix="kms",
        resources=("arn:aws:kms:{here}:key/*",),
        read=("DescribeKey", "GetKeyPolicy", "GetKeyRotationStatus", "ListResourceTags"),
        read_all=("ListAliases",),
        change=(
            "PutKeyPolicy",
            "EnableKeyRotation",
            "UpdateKeyDescription",
            "ScheduleKeyDeletion",
            "CancelKeyDeletion",
            *_TAGS,
        ),
        change_all=("CreateKey",),
    ),
    Service(
        prefix="lambda",
        resources=("arn:aws:lambda:{here}:function:trainyard-*",),
        # GetFunction also gives an address of the code, which is this repository's.
        read=(
            "GetFunction",
            "GetFunctionCodeSigningConfig",
            "GetFunctionConcurrency",
            "GetFunctionConfiguration",
            "GetFunctionEventInvokeConfig",
            "GetFunctionRecursionConfig",
            "GetFunctionUrlConfig",
            "GetPolicy",
            "GetRuntimeManagementConfig",
            "ListTags",
            "ListVersionsByFunction",
        ),
        change=(
            "AddPermission",
            "RemovePermission",
            "CreateFunction",
            "DeleteFunction",
            "UpdateFunctionCode",
            "UpdateFunctionConfiguration",
            "PutFunctionConcurrency",
            "DeleteFunctionConcurrency",
            "PutFunctionEventInvokeConfig",
            "UpdateFunctionEventInvokeConfig",
            "DeleteFunctionEventInvokeConfig",
            "CreateFunctionUrlConfig",
            "UpdateFunctionUrlConfig",
            "DeleteFunctionUrlConfig",
            *_TAGS,
        ),
    ),
    Service(
        prefix="logs",
        resources=(
            "arn:aws:logs:{here}:log-group:/aws/lambda/trainyard-*",
            "arn:aws:logs:{here}:log-group:/aws/sagemaker/*",
        ),
        read=("ListTagsForResource",),
        read_all=("DescribeLogGroups",),
        change=(
            "CreateLogGroup",
            "DeleteLogGroup",
            "PutRetentionPolicy",
            "DeleteRetentionPolicy",
            "AssociateKmsKey",
            *_TAGS,
        ),
    ),
    Service(
        prefix="rds",
        resources=tuple(f"arn:aws:rds:{{here}}:{kind}:*-database-*" for kind in ("db", "subgrp", "pg", "snapshot")),
        read=(
            "DescribeDBInstances",
            "DescribeDBSubnetGroups",
            "DescribeDBParameterGroups",
            "DescribeDBParameters",
            "DescribeDBEngineVersions",
            "ListTagsForResource",
        ),
        change=(
            *(f"{verb}DB{what}" for what in ("Instance", "SubnetGroup", "ParameterGroup") for verb in _LIFE),
            "CreateDBSnapshot",
            "AddTagsToResource",
            "RemoveTagsFromResource",
        ),
    ),
    Service(
        prefix="s3",
        resources=("arn:aws:s3:::data-*",),
        read=(
            "ListBucket",
            "ListTagsForResource",
            "GetAccelerateConfiguration",
            "GetEncryptionConfiguration",
            "GetLifecycleConfiguration",
            "GetReplicationConfiguration",
            "GetBucketAbac",
            "GetBucketAcl",
            "GetBucketCORS",
            "GetBucketLocation",
            "GetBucketLogging",
            "GetBucketNotification",
            "GetBucketObjectLockConfiguration",
            "GetBucketOwnershipControls",
            "GetBucketPolicy",
            "GetBucketPublicAccessBlock",
            "GetBucketRequestPayment",
            "GetBucketTagging",
            "GetBucketVersioning",
            "GetBucketWebsite",
        ),
        change=(
            "CreateBucket",
            "DeleteBucket",
            "DeleteBucketPolicy",
            "PutBucketLogging",
            "PutBucketNotification",
            "PutBucketOwnershipControls",
            "PutBucketPolicy",
            "PutBucketPublicAccessBlock",
            "PutBucketTagging",
            "PutBucketVersioning",
            "PutEncryptionConfiguration",
            "PutLifecycleConfiguration",
            *_TAGS,
        ),
    ),
    Service(
        prefix="sagemaker",
        resources=tuple(
            f"arn:aws:sagemaker:{{here}}:{kind}/*"
            for kind in ("endpoint", "endpoint-config", "mlflow-app", "model", "model-package-group")
        ),
        read=(
            "DescribeEndpoint",
            "DescribeEndpointConfig",
            "DescribeMlflowApp",
            "DescribeModel",
            "DescribeModelPackageGroup",
            "ListTags",
        ),
        change=(
            *(
                f"{verb}{kind}"
                for kind in ("Endpoint", "EndpointConfig", "MlflowApp", "Model", "ModelPackageGroup")
                for verb in ("Create", "Delete")
            ),
            "UpdateEndpoint",
            "UpdateMlflowApp",
            "AddTags",
            "DeleteTags",
        ),
    ),
    Service(
        prefix="secretsmanager",
        resources=("arn:aws:secretsmanager:{here}:secret:trainyard/*", "arn:aws:secretsmanager:{here}:secret:rds!db-*"),
        # Never GetSecretValue: whoever declares a secret need not read it.
        read=("DescribeSecret", "GetResourcePolicy"),
        change=(
            "CreateSecret",
            "UpdateSecret",
            "DeleteSecret",
            "RestoreSecret",
            "PutResourcePolicy",
            "DeleteResourcePolicy",
            *_TAGS,
        ),
    ),
    Service(
        prefix="sns",
        resources=("arn:aws:sns:{here}:notifications-*",),
        read=("GetTopicAttributes", "ListSubscriptionsByTopic", "ListTagsForResource"),
        read_all=("GetSubscriptionAttributes",),
        change=("CreateTopic", "DeleteTopic", "SetTopicAttributes", "Subscribe", *_TAGS),
        change_all=("Unsubscribe",),
    ),
    Service(
        prefix="sqs",
        resources=("arn:aws:sqs:{here}:trainyard-*",),
        read=("GetQueueAttributes", "GetQueueUrl", "ListQueueTags"),
        change=("CreateQueue", "DeleteQueue", "SetQueueAttributes", "TagQueue", "UntagQueue"),
    ),
    Service(
        prefix="ssm",
        resources=("arn:aws:ssm:{here}:parameter/trainyard/*",),
        read=("GetParameter", "GetParameters", "ListTagsForResource"),
        read_all=("DescribeParameters",),
        change=("PutParameter", "DeleteParameter", "AddTagsToResource", "RemoveTagsFromResource"),
    ),
)
"""All services of the platform but IAM, whose roles need more care (`infra.ci.deploy`)."""

SOURCES = ("rds", "secretsmanager")
"""Services of the databases that orders come from."""

ROLE_READS = tuple(
    f"iam:{action}"
    for action in ("GetRole", "GetRolePolicy", "ListRolePolicies", "ListAttachedRolePolicies", "ListRoleTags")
)


def reading(estate: CiEstate) -> Document:
    """Return what reading the platform's set-up takes."""
    return document(
        *(statement for service in SERVICES for statement in service.reading(estate)),
        allow("ReadRoles", ROLE_READS, estate.role_arns),
    )


def changing(estate: CiEstate) -> Document:
    """Return what changing the platform's set-up takes, beside reading; its roles and sources apart."""
    return _changing(estate, [service for service in SERVICES if service.prefix not in SOURCES])


def changing_sources(estate: CiEstate) -> Document:
    """Return what changing the databases that orders come from takes: a managed policy holds 6,144 characters."""
    return _changing(estate, [service for service in SERVICES if service.prefix in SOURCES])


def _changing(estate: CiEstate, services: Sequence[Service]) -> Document:
    return document(*(statement for service in services for statement in service.changing(estate)))
