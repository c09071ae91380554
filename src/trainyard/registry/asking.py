"""An approval asked of an environment's approval function, by a request that the caller's credentials sign."""

import json
from http import HTTPStatus
from typing import Any

import httpx
from botocore.exceptions import NoCredentialsError
from pydantic import BaseModel, ConfigDict

from trainyard import aws
from trainyard.errors import TrainyardError, UsageError

TIMEOUT_SECONDS = 40.0
"""Longer than the function may take."""


class Approved(BaseModel):
    """What the function answers."""

    model_config = ConfigDict(frozen=True)

    version: int
    arn: str
    approved_by: str
    person: str
    """Who that was to AWS."""
    reason: str
    approvals_required: int
    approvals_missing: int


def ask_approval(url: str, region: str, environment: str, **request: Any) -> Approved:
    """Ask for the approval of a version.

    Args:
        url: of the function.
        region: that it is in.
        environment: its name, for messages.
        request: service, version, by and reason.

    Raises:
        UsageError: the caller may not approve, or the function refused; the text is the function's.
        TrainyardError: the function did not answer as it should.
    """
    body = json.dumps(request).encode()
    try:
        headers = aws.signed("POST", url, body, service="lambda", region=region)
        answer = httpx.post(url, content=body, headers=headers, timeout=TIMEOUT_SECONDS)
    except NoCredentialsError as error:
        raise UsageError("AWS credentials are missing", cure=f"Log in to the account of {environment}") from error
    except httpx.HTTPError as error:
        raise TrainyardError(
            f"The approval function of {environment} cannot be reached: {error}",
            where=url,
            cure="Try again in a moment",
        ) from error
    if answer.status_code == HTTPStatus.OK:
        return Approved.model_validate_json(answer.content)
    raise _refusal(answer, url, environment)


def _refusal(answer: httpx.Response, url: str, environment: str) -> TrainyardError:
    told = _told(answer)
    if told:
        return UsageError(told["what"], where=told.get("where", ""), cure=told.get("cure", ""))
    if answer.status_code == HTTPStatus.FORBIDDEN:
        return UsageError(
            f"You are not among the approvers of {environment}: AWS refused the call of its approval function",
            where="people.approvers of its stack file, and the IAM policies of its account",
            cure="Ask an approver, or for lambda:InvokeFunctionUrl and lambda:InvokeFunction on the function",
        )
    return TrainyardError(
        f"The approval function of {environment} answered {answer.status_code}: {answer.text[:200]}",
        where=url,
        cure="Its log group says more; nothing is lost if the same approval is given again",
    )


def _told(answer: httpx.Response) -> dict[str, str] | None:
    """Return the error that the function itself told, None where AWS answered in its place."""
    try:
        return answer.json()["error"]
    except (ValueError, KeyError, TypeError):
        return None
