import json

import pytest

from infra.keys import EncryptionKey, EncryptionKeyArgs
from tests.harness import Deployment, deploy


def deployed(*, protect: bool = True) -> Deployment:
    args = EncryptionKeyArgs(
        environment="dev", account="111111111111", region="eu-west-1", deletion_window_days=7, protect=protect
    )
    return deploy(lambda: EncryptionKey("encryption", args))


def test_the_key_rotates_and_waits_before_it_is_gone() -> None:
    key = deployed().one("Key")
    assert key.inputs["enableKeyRotation"] is True
    assert key.inputs["deletionWindowInDays"] == 7


@pytest.mark.parametrize("protect", [True, False])
def test_the_key_is_protected_where_asked(protect: bool) -> None:
    assert deployed(protect=protect).one("Key").protect is protect


def test_people_find_the_key_by_its_alias() -> None:
    alias = deployed().one("Alias")
    assert alias.inputs["name"] == "alias/trainyard-dev"
    assert alias.inputs["targetKeyId"] == "encryption-key"


def test_the_key_lets_alarms_and_logs_of_this_account_use_it() -> None:
    statements = json.loads(deployed().one("Key").inputs["policy"])["Statement"]
    (services,) = [each for each in statements if "Service" in each["Principal"]]
    assert "cloudwatch.amazonaws.com" in services["Principal"]["Service"]
    assert "logs.eu-west-1.amazonaws.com" in services["Principal"]["Service"]
    assert services["Condition"] == {"StringEquals": {"aws:SourceAccount": "111111111111"}}


def test_a_key_is_all_there_is() -> None:
    deployment = deployed()
    assert {child.type for child in deployment.children("encryption")} == {
        "aws:kms/key:Key",
        "aws:kms/alias:Alias",
    }
    assert len(deployment.resources) == 3
