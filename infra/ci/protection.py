"""What neither the deploy role nor any role that it makes may touch, whatever else is allowed to them."""

from infra.ci.estate import CiEstate, deny
from infra.ci.trust import provider_arn
from infra.iam_statements import Statement

_SEAL = (
    "kms:CreateAlias",
    "kms:CreateGrant",
    "kms:DisableKey",
    "kms:DisableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:ScheduleKeyDeletion",
    "kms:UpdateAlias",
    "kms:DeleteAlias",
)
_STORE = (
    "s3:BypassGovernanceRetention",
    "s3:DeleteBucket",
    "s3:DeleteBucketPolicy",
    "s3:DeleteObjectVersion",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutBucketVersioning",
    "s3:PutEncryptionConfiguration",
    "s3:PutLifecycleConfiguration",
)
_GUARDS = ("ec2:DisableEbsEncryptionByDefault", "iam:DeleteRolePermissionsBoundary", "s3:PutAccountPublicAccessBlock")


def protected(estate: CiEstate) -> list[Statement]:
    """Return the denials that keep CI's identity, the boundary, the state and the account's guards as they are."""
    identity = [
        f"arn:aws:iam::{estate.account}:role/trainyard-*",
        estate.boundary_arn,
        provider_arn(estate.account),
    ]
    return [
        # Every action, so that none that IAM gains later is forgotten.
        deny("NotItsOwnIdentity", ["iam:*"], identity),
        deny("NotTheSealOfTheState", _SEAL, [estate.state_key_arn, f"arn:aws:kms:{estate.here}:alias/trainyard-state"]),
        deny("NotTheStoreOfTheState", _STORE, [estate.state_bucket_arn, f"{estate.state_bucket_arn}/*"]),
        deny("NotTheGuardsOfTheAccount", _GUARDS, ["*"]),
    ]
