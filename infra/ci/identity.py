"""Who CI is in an account. Owns the identity provider for GitHub, the boundary, and the roles that jobs take on.

Three roles, because a pull request's code runs before anybody has read it: the preview role reads, the deploy role
changes, and the data role alone sees orders and changes nothing but versions of them. GitHub's environments decide
which job gets which. What each may do is in the modules beside this one.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra.ci import boundary, data, deploy, preview, services
from infra.ci.estate import CiEstate
from infra.ci.trust import AUDIENCE, ISSUER, github_trust
from infra.iam_statements import Document


@dataclass(frozen=True, kw_only=True)
class CiIdentityArgs:
    """What a `CiIdentity` needs."""

    estate: pulumi.Output[CiEstate]
    """What the roles act on; known when the state's key is."""
    environment: str
    boundary_name: str
    deploy_role: str
    preview_role: str
    data_role: str
    repository: str | None
    """`OWNER/NAME` or `OWNER@ID/NAME@ID`; None declares the boundary only."""
    existing_provider_arn: str | None
    """The account's identity provider for GitHub, if it has one."""


class CiIdentity(pulumi.ComponentResource):
    """A boundary for every role of the platform and, with a repository, the roles that its jobs take on."""

    boundary_arn: pulumi.Output[str]
    deploy_role_arn: pulumi.Output[str] | None = None
    preview_role_arn: pulumi.Output[str] | None = None
    data_role_arn: pulumi.Output[str] | None = None

    def __init__(self, name: str, args: CiIdentityArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:CiIdentity", name, None, opts)
        self._prefix, self._args = name, args
        self._opts = pulumi.ResourceOptions(parent=self)
        # Platform roles carry the boundary: IAM does not delete it while one does.
        self.boundary_arn = self._policy("boundary", boundary.boundary, name=args.boundary_name, protect=True).arn
        if args.repository is not None:
            self._roles(args.repository)
        self.register_outputs({"boundary_arn": self.boundary_arn})

    def _roles(self, repository: str) -> None:
        provider = self._github()
        reading = {"reading": self._policy("reading", services.reading)}
        changing = {
            "changing": self._policy("changing", services.changing),
            "changing-sources": self._policy("changing-sources", services.changing_sources),
        }
        self.deploy_role_arn = self._role(
            "deploy",
            self._args.deploy_role,
            self._trust(provider, repository, self._args.environment),
            deploy.deploy,
            reading | changing,
        )
        self.preview_role_arn = self._role(
            "preview",
            self._args.preview_role,
            self._trust(provider, repository, f"{self._args.environment}-preview"),
            preview.preview,
            reading,
        )
        self.data_role_arn = self._role(
            "data",
            self._args.data_role,
            self._trust(provider, repository, f"{self._args.environment}-data"),
            data.data,
            {},
        )

    def _github(self) -> pulumi.Output[str]:
        if self._args.existing_provider_arn is not None:
            return pulumi.Output.from_input(self._args.existing_provider_arn)
        # No thumbprints: IAM checks GitHub's certificate against its own list of authorities.
        return aws.iam.OpenIdConnectProvider(
            f"{self._prefix}-github", url=f"https://{ISSUER}", client_id_lists=[AUDIENCE], opts=self._opts
        ).arn

    def _trust(self, provider: pulumi.Output[str], repository: str, github_environment: str) -> pulumi.Output[str]:
        return provider.apply(lambda arn: json.dumps(github_trust(arn, repository, github_environment)))

    def _policy(
        self, purpose: str, make: Callable[[CiEstate], Document], *, name: str | None = None, protect: bool = False
    ) -> aws.iam.Policy:
        return aws.iam.Policy(
            f"{self._prefix}-{purpose}",
            name=name,
            description=f"Trainyard CI: {purpose}",
            policy=self._args.estate.apply(_rendered(make)),
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )

    def _role(
        self,
        purpose: str,
        role_name: str,
        trust: pulumi.Output[str],
        own: Callable[[CiEstate], Document],
        attached: Mapping[str, aws.iam.Policy],
    ) -> pulumi.Output[str]:
        role = aws.iam.Role(
            f"{self._prefix}-{purpose}",
            name=role_name,
            description=f"Trainyard {purpose}, for jobs of GitHub Actions",
            assume_role_policy=trust,
            permissions_boundary=self.boundary_arn,
            max_session_duration=3600,
            opts=self._opts,
        )
        aws.iam.RolePolicy(
            f"{self._prefix}-{purpose}-own",
            role=role.name,
            policy=self._args.estate.apply(_rendered(own)),
            opts=self._opts,
        )
        for part, policy in attached.items():
            aws.iam.RolePolicyAttachment(
                f"{self._prefix}-{purpose}-{part}", role=role.name, policy_arn=policy.arn, opts=self._opts
            )
        return role.arn


def _rendered(make: Callable[[CiEstate], Document]) -> Callable[[CiEstate], str]:
    return lambda estate: json.dumps(make(estate))
