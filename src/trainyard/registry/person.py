"""Who somebody is to AWS, as far as that can be proved by the credentials that they use.

Sources: IAM user guide, "IAM identifiers" (ARNs of sessions) and "Use IAM roles" (whoever takes a role on chooses the
session's name); IAM Identity Center user guide, "Using IAM Identity Center credentials" (there it is the user's name).
"""

from typing import Any

_BY_IDENTITY_CENTER = "AWSReservedSSO_"


def caller(sts: Any) -> str:
    """Return who calls, by the credentials of a client of STS."""
    return person_of(str(sts.get_caller_identity()["Arn"]))


def person_of(arn: str) -> str:
    """Return the person behind the ARN of a caller, the same for all sessions that may be the same person's.

    A session of IAM Identity Center carries its user's name, whichever permission set was taken. Of every other role,
    and of federated users, the caller chose the session's name: they are told apart by role only.
    """
    _, partition, _, _, account, resource = arn.split(":", 5)
    kind, _, name = resource.partition("/")
    if kind == "federated-user":
        return f"arn:{partition}:sts::{account}:federated-user"
    if kind != "assumed-role":
        return arn
    role, _, session = name.partition("/")
    if role.startswith(_BY_IDENTITY_CENTER):
        return f"identity-center:{session}"
    return f"arn:{partition}:iam::{account}:role/{role}"
