"""The approval function: the only one whose role may record an approval and set a version's status."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger

from trainyard import aws
from trainyard.environment import Environment
from trainyard.errors import TrainyardError, UsageError
from trainyard.handlers import place
from trainyard.handlers.approval_request import NotAmongApprovers, caller, parse, refuse_strangers
from trainyard.registry import approve, find_version
from trainyard.registry.person import person_of

Answer = dict[str, Any]

logger = Logger(service="approval")


def handler(event: Mapping[str, Any], context: Any) -> Answer:
    """Answer one call of the function's URL (request and response payload format 2.0)."""
    return answer(
        event,
        approvers=place.approvers(),
        load=place.environment,
        sagemaker=aws.client("sagemaker"),
        dynamodb=aws.client("dynamodb"),
        now=datetime.now(UTC),
    )


def answer(
    event: Mapping[str, Any], *, approvers: Sequence[str], load: Any, sagemaker: Any, dynamodb: Any, now: datetime
) -> Answer:
    """Record the approval that an event asks for, and say what came of it.

    Args:
        event: of the function's URL.
        approvers: ARNs of those who may approve; empty leaves it to IAM.
        load: returns the environment.
        sagemaker: a client that may update model packages.
        dynamodb: a client that may write approvals.
        now: when.

    Returns:
        200 with the approval; 403 for who may not approve, 400 for a body that is no approval, 409 for an approval that
        makes no sense as things are: each with an `error` of `what`, `where` and `cure`.
    """
    status = 403
    try:
        arn = caller(event)
        refuse_strangers(arn, approvers)
        status = 400
        request = parse(event)
        status = 409
        environment: Environment = load()
        service = environment.service(request.service)
        version = find_version(service.model_package_group, request.version, sagemaker)
        approvals = approve(
            service.name,
            version,
            by=request.by,
            person=person_of(arn),
            reason=request.reason,
            required=service.approvals_required,
            at=now,
            table=environment.platform.deployments_table,
            dynamodb=dynamodb,
            sagemaker=sagemaker,
        )
    except (NotAmongApprovers, UsageError) as error:
        logger.warning("refused", extra={"status": status, "why": str(error)})
        return _response(status, {"error": _told(error)})
    done = {"version": request.version, "arn": version.arn, "approved_by": request.by, "person": person_of(arn)}
    logger.info("approved", extra={"service_name": service.name, **done, "missing": approvals.missing})
    counts = {"approvals_required": approvals.required, "approvals_missing": approvals.missing}
    return _response(200, {**done, "reason": request.reason, **counts})


def _told(error: TrainyardError) -> dict[str, str]:
    return {"what": error.what, "where": error.where, "cure": error.cure}


def _response(status: int, body: Mapping[str, Any]) -> Answer:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}
