"""What the deploy role may do beside reading and changing the services of the platform (`infra.ci.services`).

It keeps the state, pushes images, tries the endpoint and makes the platform's roles: only under their prefix and only
with the boundary. It can touch neither its own role, nor the boundary, nor the identity provider, nor what seals the
state. It empties no bucket: taking an environment's data away is a person's decision (`trainyard destroy`).
"""

from infra import powertools
from infra.ci.estate import CiEstate, read_state, write_state
from infra.ci.protection import protected
from infra.iam_statements import Document, Statement, allow, document

_PUSH = (
    "BatchCheckLayerAvailability",
    "BatchGetImage",
    "CompleteLayerUpload",
    "DescribeImageScanFindings",
    "DescribeImages",
    "GetDownloadUrlForLayer",
    "InitiateLayerUpload",
    "ListImages",
    "PutImage",
    "UploadLayerPart",
)
_ACCEPTANCE = (
    "service",
    "release_id",
    "version",
    "endpoint_config_name",
    "config_created",
    "archive_etag",
    "archive_modified",
    "requests",
    "failures",
    "wrong",
    "at",
    "accepted_by",
)
"""Attributes of an acceptance's item; an approval's `approved_by` and a release's `plan` are not among them."""
_KEY_USERS = ("dynamodb", "ecr", "s3", "sagemaker", "sns")
"""Services that use the environment's key for whoever calls them."""


def deploy(estate: CiEstate) -> Document:
    """Return the deploy role's own document."""
    return document(
        *read_state(estate),
        *write_state(estate),
        *manage_roles(estate),
        *_images(estate),
        *_key(estate),
        # Whoever gives a function a layer of another account must be able to read it.
        allow("UseLayer", ["lambda:GetLayerVersion"], [powertools.layer_arn(estate.region)]),
        allow("StoreBaseline", ["s3:GetObject", "s3:GetObjectTagging", "s3:PutObject"], [estate.baseline_archives]),
        allow("TryEndpoint", ["sagemaker:InvokeEndpoint"], [f"arn:aws:sagemaker:{estate.here}:endpoint/*"]),
        *_acceptance(estate),
        *protected(estate),
    )


def manage_roles(estate: CiEstate) -> list[Statement]:
    """Return the making and changing of the platform's roles: each carries the boundary, and keeps it."""
    bounded = {"StringEquals": {"iam:PermissionsBoundary": estate.boundary_arn}}
    to_whom = {"StringEquals": {"iam:PassedToService": ["lambda.amazonaws.com", "sagemaker.amazonaws.com"]}}
    making = ("CreateRole", "PutRolePermissionsBoundary", "PutRolePolicy", "DeleteRolePolicy")
    keeping = (
        "DeleteRole",
        "ListInstanceProfilesForRole",
        "TagRole",
        "UntagRole",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
    )
    return [
        allow("MakeBoundedRoles", [f"iam:{action}" for action in making], estate.role_arns, bounded),
        allow("KeepRoles", [f"iam:{action}" for action in keeping], estate.role_arns),
        allow("PassRoles", ["iam:PassRole"], estate.role_arns, to_whom),
    ]


def _images(estate: CiEstate) -> list[Statement]:
    repositories = [f"arn:aws:ecr:{estate.here}:repository/trainyard/*"]
    return [
        allow("PushImages", [f"ecr:{action}" for action in _PUSH], repositories),
        # The token is of the account: AWS knows no narrower resource.
        allow("LogInToRegistry", ["ecr:GetAuthorizationToken"], ["*"]),
    ]


def _acceptance(estate: CiEstate) -> list[Statement]:
    """Return the look at what is live, and the record of how it was accepted: never an approval or a release."""
    table = [f"arn:aws:dynamodb:{estate.here}:table/trainyard-{estate.environment}-deployments"]
    only = {"ForAllValues:StringEquals": {"dynamodb:Attributes": list(_ACCEPTANCE)}}
    return [
        allow("SeeReleases", ["dynamodb:GetItem", "dynamodb:Query"], table),
        allow("RecordAcceptance", ["dynamodb:PutItem"], table, only),
    ]


def _key(estate: CiEstate) -> list[Statement]:
    keys = [f"arn:aws:kms:{estate.here}:key/*"]
    alias = f"arn:aws:kms:{estate.here}:alias/trainyard-{estate.environment}"
    through = {"StringEquals": {"kms:ViaService": [f"{name}.{estate.region}.amazonaws.com" for name in _KEY_USERS]}}
    return [
        allow("NameKey", ["kms:CreateAlias", "kms:DeleteAlias", "kms:UpdateAlias"], [alias, *keys]),
        allow("UseKeyThroughServices", ["kms:CreateGrant", "kms:Decrypt", "kms:GenerateDataKey"], keys, through),
    ]
