"""What a call of the approval function asks, and who asks it. Pure.

The caller is who signed the request, as Lambda found (Lambda developer guide, "Invoking Lambda function URLs", request
payload format 2.0: `requestContext.authorizer.iam`); the body cannot say otherwise.
"""

import base64
import binascii
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from trainyard.errors import UsageError
from trainyard.registry.person import person_of

Text = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"\S")]


class ApprovalRequest(BaseModel):
    """The body: which version, in whose words."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    service: Annotated[str, Field(min_length=1, max_length=63)]
    version: Annotated[int, Field(ge=1)]
    by: Text
    reason: Text


class NotAmongApprovers(UsageError):
    """Who asks may not approve."""


def parse(event: Mapping[str, Any]) -> ApprovalRequest:
    """Return what an event of the function's URL asks.

    Raises:
        UsageError: the body is no such request; the message names the field.
    """
    body = event.get("body") or ""
    try:
        text = base64.b64decode(body, validate=True) if event.get("isBase64Encoded") else body
        return ApprovalRequest.model_validate_json(text)
    except binascii.Error as error:
        raise _malformed("body", "no base64") from error
    except ValidationError as error:
        first = error.errors()[0]
        raise _malformed(".".join(str(part) for part in first["loc"]) or "body", first["msg"]) from error


def caller(event: Mapping[str, Any]) -> str:
    """Return the ARN of who signed the request.

    Raises:
        NotAmongApprovers: nobody did: the event does not come through a URL that asks for signatures.
    """
    context = event.get("requestContext") or {}
    arn = ((context.get("authorizer") or {}).get("iam") or {}).get("userArn")
    if not arn:
        raise NotAmongApprovers(
            "Nobody signed this request", cure="Call the function's URL with a request that your credentials sign"
        )
    return str(arn)


def may_approve(arn: str, approvers: Sequence[str]) -> bool:
    """Return whether a caller is one of `approvers`, ARNs of users and roles; everybody is of an empty list.

    A role's session names the role without its path (IAM user guide, "IAM identifiers"), so roles are compared without
    theirs; names are unique in an account whatever the path.
    """
    return not approvers or _principal(arn) in {_principal(each) for each in approvers}


def _principal(arn: str) -> tuple[str, str, str]:
    """Return the account, kind and name of a user, role or role's session."""
    account, resource = arn.split(":", 5)[4:]
    kind, _, path = resource.partition("/")
    if kind == "assumed-role":
        return account, "role", path.partition("/")[0]
    return account, kind, path.rpartition("/")[2]


def refuse_strangers(arn: str, approvers: Sequence[str]) -> None:
    """Let only approvers on.

    Raises:
        NotAmongApprovers: it names who asked.
    """
    if not may_approve(arn, approvers):
        raise NotAmongApprovers(
            f"{person_of(arn)} is not among the approvers of this environment",
            where="people.approvers of its stack file",
            cure="Ask one of them to approve",
        )


def _malformed(place: str, why: str) -> UsageError:
    return UsageError(
        f"The request is no approval: {place}: {why}",
        cure="Send a JSON object of service, version, by and reason; `trainyard model approve` does",
    )
