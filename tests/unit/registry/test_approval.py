from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.unit.registry.conftest import GROUP, TABLE, Registry
from trainyard.errors import UsageError
from trainyard.registry import Approvals, ModelVersion, approve, find_version

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
ADA, GRACE = "arn:aws:iam::000000000001:user/ada", "arn:aws:iam::000000000001:user/grace"


def approved(
    registry: Registry,
    version: ModelVersion,
    *,
    by: str = "Ada",
    person: str = ADA,
    reason: str = "beats the champion",
    required: int = 1,
) -> Approvals:
    return approve(
        "recommender",
        version,
        by=by,
        person=person,
        reason=reason,
        required=required,
        at=AT,
        table=TABLE,
        dynamodb=registry.dynamodb,
        sagemaker=registry.sagemaker,
    )


@pytest.fixture
def version(registry: Registry) -> ModelVersion:
    registry.register()
    return find_version(GROUP, 1, registry.sagemaker)


def status(registry: Registry, version: ModelVersion) -> tuple[str, str]:
    found = registry.sagemaker.describe_model_package(ModelPackageName=version.arn)
    return found["ModelApprovalStatus"], found.get("ApprovalDescription", "")


def test_an_approval_is_recorded_and_shows_in_the_registry(registry: Registry, version: ModelVersion) -> None:
    assert approved(registry, version).missing == 0
    assert registry.records() == [
        {
            "service": "approval#recommender",
            "release_id": f"1#{ADA}",
            "approved_by": "Ada",
            "person": ADA,
            "reason": "beats the champion",
            "at": "2026-03-01T12:00:00+00:00",
            "model_package_arn": version.arn,
        }
    ]
    assert status(registry, version) == ("Approved", "Ada: beats the champion")


@pytest.mark.parametrize("person", [ADA, GRACE])
def test_an_approval_beyond_those_asked_for_changes_nothing_and_names_the_first(
    registry: Registry, version: ModelVersion, person: str
) -> None:
    approved(registry, version)
    before = registry.records()
    with pytest.raises(UsageError, match="was approved already, by Ada at 2026-03-01T12:00:00") as caught:
        approved(registry, find_version(GROUP, 1, registry.sagemaker), by="Grace", person=person, reason="me too")
    assert caught.value.exit_code == 2
    assert registry.records() == before


def test_of_two_people_the_second_approves(registry: Registry, version: ModelVersion) -> None:
    first = approved(registry, version, required=2)
    assert (first.names, first.missing) == (("Ada",), 1)
    assert status(registry, version)[0] == "PendingManualApproval"
    second = approved(registry, version, by="Grace", person=GRACE, reason="so do I say", required=2)
    assert (second.names, second.missing) == (("Ada", "Grace"), 0)
    assert status(registry, version) == ("Approved", "Ada: beats the champion; Grace: so do I say")


def test_the_same_person_under_another_name_is_one_person(registry: Registry, version: ModelVersion) -> None:
    approved(registry, version, required=2)
    with pytest.raises(UsageError, match=rf"needs the approval of 2 people, and {ADA} gave it already"):
        approved(registry, version, by="Grace", required=2)
    assert len(registry.records()) == 1
    assert status(registry, version)[0] == "PendingManualApproval"


def test_where_nobody_must_approve_one_person_may(registry: Registry, version: ModelVersion) -> None:
    approved(registry, version, required=0)
    assert status(registry, version)[0] == "Approved"


def test_an_approval_of_another_version_does_not_count(registry: Registry, version: ModelVersion) -> None:
    for _ in range(9):
        registry.register()
    approved(registry, find_version(GROUP, 10, registry.sagemaker), person=GRACE)
    assert approved(registry, version, required=2).missing == 1


def test_an_approval_that_stopped_between_its_writes_is_completed_as_it_was_recorded(
    registry: Registry, version: ModelVersion
) -> None:
    approved(registry, version)
    registry.sagemaker.update_model_package(ModelPackageArn=version.arn, ModelApprovalStatus="PendingManualApproval")
    with pytest.raises(UsageError, match="by Ada"):
        approved(registry, find_version(GROUP, 1, registry.sagemaker), by="Grace", person=GRACE)
    assert status(registry, version) == ("Approved", "Ada: beats the champion")


@pytest.mark.parametrize(("by", "reason"), [("", "good"), ("Ada", "  ")])
def test_an_approval_without_name_or_reason_is_refused_and_changes_nothing(
    registry: Registry, version: ModelVersion, by: str, reason: str
) -> None:
    with pytest.raises(UsageError, match="needs a name and a reason"):
        approved(registry, version, by=by, reason=reason)
    assert registry.records() == []
    assert find_version(GROUP, 1, registry.sagemaker).approval == "PendingManualApproval"


def test_a_rejected_version_cannot_be_approved(registry: Registry, version: ModelVersion) -> None:
    with pytest.raises(UsageError, match="Version 1 was rejected: unfair"):
        approved(registry, replace(version, approval="Rejected", approval_description="unfair"))
    assert registry.records() == []
