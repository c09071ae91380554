import pytest

from infra.account_guards import LINKED_SERVICES, AccountGuards, AccountGuardsArgs
from tests.harness import Deployment, deploy


def deployed(**asked: bool) -> Deployment:
    wanted = {"block_public_access": True, "encrypt_volumes": True, "guardduty": True, **asked}
    args = AccountGuardsArgs(account="111111111111", linked_services=LINKED_SERVICES, **wanted)
    return deploy(lambda: AccountGuards("guards", args))


def test_no_bucket_of_the_account_can_be_public() -> None:
    inputs = deployed().one("AccountPublicAccessBlock").inputs
    assert inputs.pop("accountId") == "111111111111"
    assert inputs == dict.fromkeys(
        ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"), True
    )


@pytest.mark.parametrize(
    ("asked", "token"),
    [
        ("block_public_access", "AccountPublicAccessBlock"),
        ("encrypt_volumes", "EncryptionByDefault"),
        ("guardduty", "Detector"),
    ],
)
def test_a_guard_is_there_only_where_it_is_asked_for(asked: str, token: str) -> None:
    assert deployed().of_type(token)
    assert not deployed(**{asked: False}).of_type(token)


def test_scaling_has_its_role_before_the_first_endpoint() -> None:
    assert deployed().one("ServiceLinkedRole").inputs == {
        "awsServiceName": "sagemaker.application-autoscaling.amazonaws.com"
    }


def test_guards_do_not_go_with_the_project() -> None:
    assert all(each.protect for each in deployed().children("guards"))
