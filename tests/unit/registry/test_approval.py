from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.unit.registry.conftest import GROUP, TABLE, Registry
from trainyard.errors import UsageError
from trainyard.registry import ModelVersion, approve, find_version

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def approved(registry: Registry, version: ModelVersion, *, by: str = "Ada", reason: str = "beats the champion") -> None:
    approve(
        "recommender",
        version,
        by=by,
        reason=reason,
        at=AT,
        table=TABLE,
        dynamodb=registry.dynamodb,
        sagemaker=registry.sagemaker,
    )


@pytest.fixture
def version(registry: Registry) -> ModelVersion:
    registry.register()
    return find_version(GROUP, 1, registry.sagemaker)


def test_an_approval_is_recorded_and_shows_in_the_registry(registry: Registry, version: ModelVersion) -> None:
    approved(registry, version)
    assert registry.record(1) == {
        "service": "recommender",
        "release_id": "approval#1",
        "approved_by": "Ada",
        "reason": "beats the champion",
        "at": "2026-03-01T12:00:00+00:00",
        "model_package_arn": version.arn,
    }
    found = registry.sagemaker.describe_model_package(ModelPackageName=version.arn)
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == ("Approved", "Ada: beats the champion")


def test_a_second_approval_changes_nothing_and_names_the_first(registry: Registry, version: ModelVersion) -> None:
    approved(registry, version)
    before = registry.record(1)
    with pytest.raises(UsageError, match="was approved already, by Ada at 2026-03-01T12:00:00") as caught:
        approved(registry, find_version(GROUP, 1, registry.sagemaker), by="Grace", reason="me too")
    assert caught.value.exit_code == 2
    assert registry.record(1) == before


def test_an_approval_that_stopped_between_its_writes_is_completed_as_it_was_recorded(
    registry: Registry, version: ModelVersion
) -> None:
    approved(registry, version)
    registry.sagemaker.update_model_package(ModelPackageArn=version.arn, ModelApprovalStatus="PendingManualApproval")
    with pytest.raises(UsageError, match="by Ada"):
        approved(registry, find_version(GROUP, 1, registry.sagemaker), by="Grace")
    found = registry.sagemaker.describe_model_package(ModelPackageName=version.arn)
    assert (found["ModelApprovalStatus"], found["ApprovalDescription"]) == ("Approved", "Ada: beats the champion")


@pytest.mark.parametrize(("by", "reason"), [("", "good"), ("Ada", "  ")])
def test_an_approval_without_name_or_reason_is_refused_and_changes_nothing(
    registry: Registry, version: ModelVersion, by: str, reason: str
) -> None:
    with pytest.raises(UsageError, match="needs a name and a reason"):
        approved(registry, version, by=by, reason=reason)
    assert registry.record(1) == {}
    assert find_version(GROUP, 1, registry.sagemaker).approval == "PendingManualApproval"


def test_a_rejected_version_cannot_be_approved(registry: Registry, version: ModelVersion) -> None:
    with pytest.raises(UsageError, match="Version 1 was rejected: unfair"):
        approved(registry, replace(version, approval="Rejected", approval_description="unfair"))
    assert registry.record(1) == {}
