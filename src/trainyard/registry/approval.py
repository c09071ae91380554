"""A version approved: in the registry for SageMaker's sake, in the deployments table for ours.

Whoever may update a model package can approve it there without a name or a reason; a release therefore goes by the
record, which only the approval role can write.
"""

from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import UsageError
from trainyard.registry.package import ModelVersion


def approval_key(service: str, version: int) -> dict[str, dict[str, str]]:
    """Return the key of a version's approval in the deployments table."""
    return {"service": {"S": service}, "release_id": {"S": f"approval#{version}"}}


def approve(
    service: str,
    version: ModelVersion,
    *,
    by: str,
    reason: str,
    at: datetime,
    table: str,
    dynamodb: Any,
    sagemaker: Any,
) -> None:
    """Record who approves a version and why, then mark it approved.

    Args:
        service: name of the model service.
        version: as the registry has it.
        by: name of the person.
        reason: why the version may go live.
        at: when.
        table: name of the deployments table.
        dynamodb: a client with the approval role.
        sagemaker: a client with the approval role.

    Raises:
        UsageError: the version was approved or rejected already, or the name or the reason is empty.
    """
    if not by.strip() or not reason.strip():
        raise UsageError(
            "An approval needs a name and a reason", where="--by and --reason", cure="Say who approves, and why"
        )
    if version.approval == "Rejected":
        raise UsageError(
            f"Version {version.version} was rejected: {version.approval_description or 'no reason is recorded'}",
            where=version.arn,
            cure="Train a new version, or set it back to PendingManualApproval in the registry first",
        )
    item = approval_key(service, version.version) | {
        "approved_by": {"S": by},
        "reason": {"S": reason},
        "at": {"S": at.isoformat()},
        "model_package_arn": {"S": version.arn},
    }
    # The record goes first: its condition makes sure that of two approvals at once only one counts.
    try:
        dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(release_id)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        _finish(version, table, service, dynamodb, sagemaker)
        return
    _mark(version, by, reason, sagemaker)


def _finish(version: ModelVersion, table: str, service: str, dynamodb: Any, sagemaker: Any) -> None:
    """Refuse a second approval, but complete a first one that stopped between its two writes."""
    recorded = dynamodb.get_item(TableName=table, Key=approval_key(service, version.version), ConsistentRead=True)
    by, reason, at = (recorded["Item"][name]["S"] for name in ("approved_by", "reason", "at"))
    if version.approval != "Approved":
        _mark(version, by, reason, sagemaker)
    raise UsageError(
        f"Version {version.version} was approved already, by {by} at {at}: {reason}",
        where=f"table {table}",
        cure=f"Nothing is left to do; `trainyard release start {service}` puts it live",
    )


def _mark(version: ModelVersion, by: str, reason: str, sagemaker: Any) -> None:
    sagemaker.update_model_package(
        ModelPackageArn=version.arn,
        ModelApprovalStatus="Approved",
        ApprovalDescription=f"{by}: {reason}"[:1024],
    )
