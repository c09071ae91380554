"""A version approved: in the registry for SageMaker's sake, in the deployments table for ours.

Whoever may update a model package can approve it there without a name or a reason; a release therefore goes by the
records: one for each person, so that nobody counts twice. They lie in partitions of their own (`approval#<service>`),
which is the narrowest that IAM can tell apart (`dynamodb:LeadingKeys`): the role of the approval function writes there
and nowhere else, every other role elsewhere.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import UsageError
from trainyard.registry.package import ModelVersion

Item = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Approvals:
    """Who has approved a version, and how many people must."""

    names: tuple[str, ...]
    required: int

    @property
    def missing(self) -> int:
        """How many people more must approve."""
        return max(0, self.required - len(self.names))


PARTITION = "approval#"
"""What the partition key of an approval begins with; the service follows."""


def approval_items(dynamodb: Any, table: str, service: str, version: str) -> list[Item]:
    """Return the records of a version's approvals, the first one first."""
    found = dynamodb.query(
        TableName=table,
        KeyConditionExpression="#service = :service AND begins_with(release_id, :key)",
        ExpressionAttributeNames={"#service": "service"},
        ExpressionAttributeValues={":service": {"S": f"{PARTITION}{service}"}, ":key": {"S": f"{version}#"}},
        ConsistentRead=True,
    )["Items"]
    return sorted(found, key=lambda item: item["at"]["S"])


def approve(
    service: str,
    version: ModelVersion,
    *,
    by: str,
    person: str,
    reason: str,
    required: int,
    at: datetime,
    table: str,
    dynamodb: Any,
    sagemaker: Any,
) -> Approvals:
    """Record who approves a version and why; mark it approved once enough people have.

    Args:
        service: name of the model service.
        version: as the registry has it.
        by: name of the person.
        person: who that is to AWS (`trainyard.registry.person`); the same one counts once, whatever the name.
        reason: why the version may go live.
        required: how many people must approve; one is enough where nobody must.
        at: when.
        table: name of the deployments table.
        dynamodb: a client of whoever may write the records.
        sagemaker: a client of whoever may update the package.

    Raises:
        UsageError: the version was rejected, was approved by enough people or by this one already, or the name or the
            reason is empty.
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
    known = _of_package(dynamodb, table, service, version)
    before = _summed(known, required)
    if before.missing == 0 or any(_person(item) == person for item in known):
        # An earlier run may have stopped between its two writes.
        _complete(version, known, before, sagemaker)
        raise _refusal(service, version, known, before, person, table)
    item = {
        "service": {"S": f"{PARTITION}{service}"},
        "release_id": {"S": f"{version.version}#{person}"},
        "approved_by": {"S": by},
        "person": {"S": person},
        "reason": {"S": reason},
        "at": {"S": at.isoformat()},
        "model_package_arn": {"S": version.arn},
    }
    _put(dynamodb, table, item)
    recorded = _of_package(dynamodb, table, service, version)
    after = _summed(recorded, required)
    _complete(version, recorded, after, sagemaker)
    return after


def _put(dynamodb: Any, table: str, item: Item) -> None:
    # The records go first: the key makes sure that of two approvals of one person at once only one counts.
    try:
        dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(release_id)")
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise


def _of_package(dynamodb: Any, table: str, service: str, version: ModelVersion) -> list[Item]:
    items = approval_items(dynamodb, table, service, str(version.version))
    return [item for item in items if item["model_package_arn"]["S"] == version.arn]


def _person(item: Item) -> str:
    return str(item["person"]["S"])


def _summed(items: Sequence[Item], required: int) -> Approvals:
    names = {_person(item): item["approved_by"]["S"] for item in items}
    return Approvals(names=tuple(names.values()), required=max(1, required))


def _complete(version: ModelVersion, items: Sequence[Item], approvals: Approvals, sagemaker: Any) -> None:
    if approvals.missing or version.approval == "Approved":
        return
    told = "; ".join(f"{item['approved_by']['S']}: {item['reason']['S']}" for item in items)
    sagemaker.update_model_package(
        ModelPackageArn=version.arn, ModelApprovalStatus="Approved", ApprovalDescription=told[:1024]
    )


def _refusal(
    service: str, version: ModelVersion, items: Sequence[Item], approvals: Approvals, person: str, table: str
) -> UsageError:
    told = "; ".join(f"by {item['approved_by']['S']} at {item['at']['S']}: {item['reason']['S']}" for item in items)
    if approvals.missing == 0:
        return UsageError(
            f"Version {version.version} was approved already, {told}",
            where=f"table {table}",
            cure=f"Nothing is left to do; `trainyard release start {service}` puts it live",
        )
    return UsageError(
        f"Version {version.version} needs the approval of {approvals.required} people, and {person} gave it already, "
        f"{told}",
        where=f"table {table}",
        cure="Somebody else must approve it: another IAM user, user of IAM Identity Center, or role; the name given "
        "with --by does not count",
    )
