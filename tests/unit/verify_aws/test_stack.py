from pathlib import Path
from typing import Any

import pytest
import yaml

from stacks.settings import Settings, parse
from trainyard.verify_aws.stack import cheapest, verification

ROOT = Path(__file__).parents[3]
PRICES = {"ml.m5.large": 0.1, "ml.m5.xlarge": 0.2, "ml.m5.2xlarge": 0.4}


def derived(stack: str) -> tuple[dict[str, Any], Settings]:
    committed = yaml.safe_load((ROOT / f"Pulumi.{stack}.yaml").read_text())
    content = verification(committed, "444444444444", "us-east-1", PRICES.get)
    dials = {key.removeprefix("trainyard:"): value for key, value in content["config"].items()}
    return content, parse(dials, "Pulumi.verify.yaml")


@pytest.mark.parametrize("stack", ["dev", "staging", "prod"])
def test_any_committed_stack_file_gives_a_legal_small_unprotected_one(stack: str):
    _, settings = derived(stack)
    assert (settings.account, settings.region) == ("444444444444", "us-east-1")
    assert not settings.deletion_protection
    assert len(settings.network.zones) == 1
    assert len(settings.services) == 1
    assert settings.permissions_boundary == "", "the account need not be prepared"
    serving, training = settings.services[0].serving, settings.services[0].training
    assert (serving.instance_count, serving.minimum_instances, serving.maximum_instances) == (1, 1, 1)
    assert {serving.instance_type, training.instance_type, training.processing_instance_type} == {"ml.m5.large"}
    assert settings.retention.key_deletion_days == 7
    assert settings.notifications.emails == []
    assert settings.services[0].approvals_required, "approval is part of what is verified"


def test_nothing_of_the_other_account_is_carried_over():
    committed = yaml.safe_load((ROOT / "Pulumi.dev.yaml").read_text())
    committed["config"]["trainyard:people"]["approvers"] = ["arn:aws:iam::111111111111:role/approver"]
    committed["encryptionsalt"] = "v1:secret"
    content = verification(committed, "444444444444", "us-east-1", PRICES.get)
    assert "111111111111" not in yaml.safe_dump(content)
    assert set(content) == {"config"}


def test_the_cheapest_type_is_taken_and_one_without_a_price_only_if_none_has_one():
    assert cheapest(["ml.m5.2xlarge", "ml.m5.large"], PRICES.get) == "ml.m5.large"
    assert cheapest(["ml.new.large", "ml.m5.xlarge"], PRICES.get) == "ml.m5.xlarge"
    assert cheapest(["ml.b.large", "ml.a.large"], lambda _: None) == "ml.b.large"
