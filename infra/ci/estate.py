"""What the roles of CI act on, and the statements on Pulumi's state that both of them need."""

from collections.abc import Iterable
from dataclasses import dataclass

from infra.iam_statements import Statement, allow

_FOLDERS = (".pulumi/stacks/{}", ".pulumi/history/{}", ".pulumi/backups/{}", ".pulumi/locks/organization/{}")
"""Where Pulumi's backend for buckets keeps what belongs to one project."""


@dataclass(frozen=True, kw_only=True)
class CiEstate:
    """One account, its state and its boundary."""

    account: str
    region: str
    environment: str
    project: str
    """Name of the Pulumi project that CI deploys: its state and no other's."""
    state_bucket_arn: str
    state_key_arn: str
    boundary_arn: str

    @property
    def here(self) -> str:
        """Region and account, as ARNs have them."""
        return f"{self.region}:{self.account}"

    @property
    def role_arns(self) -> list[str]:
        """The platform's roles, by the prefix that Pulumi makes of their logical names."""
        return [f"arn:aws:iam::{self.account}:role/roles-*"]

    @property
    def baseline_archives(self) -> str:
        """The archives of the endpoints' first models: code that Pulumi stores, no data."""
        return "arn:aws:s3:::data-artifacts-*/*/baseline/*"

    def state(self, *folders: str) -> list[str]:
        """Return ARNs of the project's state objects."""
        return [f"{self.state_bucket_arn}/{folder.format(self.project)}/*" for folder in folders or _FOLDERS]


def read_state(estate: CiEstate) -> list[Statement]:
    """Return what reading the state takes: a preview takes no lock and writes nothing."""
    owned = {"StringEquals": {"aws:ResourceAccount": estate.account}}
    objects = [f"{estate.state_bucket_arn}/.pulumi/meta.yaml", *estate.state()]
    return [
        allow("ListState", ["s3:ListBucket"], [estate.state_bucket_arn], owned),
        allow("ReadState", ["s3:GetObject"], objects, owned),
        allow("OpenState", ["kms:Decrypt", "kms:DescribeKey"], [estate.state_key_arn]),
    ]


def write_state(estate: CiEstate) -> list[Statement]:
    """Return what writing the state takes, beside reading; an older version can be hidden but never deleted."""
    owned = {"StringEquals": {"aws:ResourceAccount": estate.account}}
    # meta.yaml is written once, by whoever first uses the bucket: the bootstrap project, whose state is in it too.
    return [
        allow("WriteState", ["s3:PutObject", "s3:DeleteObject"], estate.state(), owned),
        allow("SealState", ["kms:Encrypt", "kms:GenerateDataKey"], [estate.state_key_arn]),
    ]


def deny(sid: str, actions: Iterable[str], resources: Iterable[str], *, but: bool = False) -> Statement:
    """Return one statement that denies on `resources`, or with `but` on everything else."""
    where = "NotResource" if but else "Resource"
    return {"Sid": sid, "Effect": "Deny", "Action": list(actions), where: list(resources)}
