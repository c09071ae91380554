"""Who may do what. Owns five to seven roles, each with one inline policy; the documents are `infra.iam_documents`.

Inline, not managed: each document belongs to exactly one role, and goes with it.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import iam_documents
from infra.iam_statements import Document, Estate


@dataclass(frozen=True, kw_only=True)
class RolesArgs:
    """What `Roles` need."""

    account: str
    region: str
    estate: pulumi.Output[Estate]
    """What they act on; its ARNs are known when their resources are."""
    baseline_repository_arn: str
    """AWS's repository of the image that the baseline runs on."""
    releasers: Sequence[str]
    """ARNs that may take on the release role; empty leaves it to the account's IAM policies."""
    boundary_arn: str | None = None
    """The permissions boundary that each role carries; None bounds none."""
    retrains: bool = False
    """Whether there is a retraining function, which takes on a role of its own."""
    tracks: bool = False
    """Whether there is an MLflow app, which takes on a role of its own."""


@dataclass(frozen=True)
class GrantedRole:
    """A role and the policy that must be in place before anything uses it."""

    role: aws.iam.Role
    policy: aws.iam.RolePolicy

    @property
    def arn(self) -> pulumi.Output[str]:
        """The role's ARN."""
        return self.role.arn


class Roles(pulumi.ComponentResource):
    """The roles of jobs, endpoints, pipelines, releases, the functions that approve and retrain, and of tracking."""

    training: GrantedRole
    serving: GrantedRole
    pipeline: GrantedRole
    release: GrantedRole
    approval: GrantedRole
    retraining: GrantedRole | None
    """None where nothing starts runs but people."""
    tracking: GrantedRole | None
    """None where the environment has no MLflow app of its own."""

    def __init__(self, name: str, args: RolesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:Roles", name, None, opts)
        self._prefix = name
        self._boundary_arn = args.boundary_arn
        sagemaker = iam_documents.sagemaker_trust(args.account, args.region)
        estate = args.estate
        self.training = self._role("training", sagemaker, estate.apply(_rendered(iam_documents.training)))
        self.serving = self._role(
            "serving",
            sagemaker,
            estate.apply(_rendered(lambda known: iam_documents.serving(known, args.baseline_repository_arn))),
        )
        self.pipeline = self._role(
            "pipeline",
            sagemaker,
            pulumi.Output.all(estate, self.training.arn).apply(
                lambda known: json.dumps(iam_documents.pipeline(known[0], known[1]))
            ),
        )
        self.release = self._role(
            "release",
            iam_documents.release_trust(args.account, args.releasers),
            pulumi.Output.all(estate, self.serving.arn).apply(
                lambda known: json.dumps(iam_documents.release(known[0], known[1]))
            ),
        )
        self.approval = self._role(
            "approval",
            iam_documents.function_trust(),
            estate.apply(_rendered(iam_documents.approval)),
        )
        self.retraining = (
            self._role("retraining", iam_documents.function_trust(), estate.apply(_rendered(iam_documents.retraining)))
            if args.retrains
            else None
        )
        self.tracking = (
            self._role("tracking", sagemaker, estate.apply(_rendered(iam_documents.tracking))) if args.tracks else None
        )
        self.register_outputs({role: granted.arn for role, granted in self.by_purpose().items()})

    def by_purpose(self) -> dict[str, GrantedRole]:
        """Return the roles by what they are for, in the order of a model's way to production."""
        return {
            "training": self.training,
            "serving": self.serving,
            "pipeline": self.pipeline,
            "release": self.release,
            "approval": self.approval,
            **({"retraining": self.retraining} if self.retraining else {}),
            **({"tracking": self.tracking} if self.tracking else {}),
        }

    def _role(self, purpose: str, trust: Document, policy: pulumi.Output[str]) -> GrantedRole:
        role = aws.iam.Role(
            f"{self._prefix}-{purpose}",
            description=f"Trainyard {purpose}",
            assume_role_policy=json.dumps(trust),
            permissions_boundary=self._boundary_arn,
            max_session_duration=3600,
            opts=pulumi.ResourceOptions(parent=self),
        )
        attached = aws.iam.RolePolicy(
            f"{self._prefix}-{purpose}-policy", role=role.name, policy=policy, opts=pulumi.ResourceOptions(parent=self)
        )
        return GrantedRole(role, attached)


def _rendered(make: Callable[[Estate], Document]) -> Callable[[Estate], str]:
    return lambda estate: json.dumps(make(estate))
