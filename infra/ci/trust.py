"""Who may take on the roles of CI: jobs of one repository in one GitHub environment, and nobody else.

The environment is what GitHub guards (reviewers, branches), so it is what the subject must name: a subject that ends
in a branch or in `*` would let any workflow of the repository in. Since July 2026 the subject of a new repository also
carries the IDs of owner and repository (GitHub docs, *OpenID Connect reference*, "Immutable subject claims"). Pure.
"""

from infra.iam_statements import Document, document

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
"""What `aws-actions/configure-aws-credentials` asks GitHub for."""


def github_trust(provider_arn: str, repository: str, github_environment: str) -> Document:
    """Return the trust policy of a role that GitHub's jobs take on.

    Args:
        provider_arn: the account's identity provider for GitHub.
        repository: as the token's subject has it: `OWNER/NAME` or `OWNER@ID/NAME@ID`.
        github_environment: the job's environment.
    """
    return document(
        {
            "Sid": "JobsOfOneEnvironment",
            "Effect": "Allow",
            "Principal": {"Federated": provider_arn},
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": {
                "StringEquals": {
                    f"{ISSUER}:aud": AUDIENCE,
                    f"{ISSUER}:sub": f"repo:{repository}:environment:{github_environment}",
                }
            },
        }
    )


def provider_arn(account: str) -> str:
    """Return the ARN that GitHub's identity provider has in an account."""
    return f"arn:aws:iam::{account}:oidc-provider/{ISSUER}"
