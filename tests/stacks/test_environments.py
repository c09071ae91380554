"""Every committed stack file makes a whole environment, and the program refuses what would harm one."""

import copy
import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import pulumi
import pytest
from syrupy.assertion import SnapshotAssertion

from stacks.outputs import PlatformOutputs, ServiceOutputs
from stacks.program import run
from stacks.settings import parse
from tests.harness import Deployment, deploy
from tests.harness.stack_files import ROOT, STACKS, mapping, pulumi_config, raw

DEPTH, TOP, CHILDREN = 4, 14, 15
"""How deep, how wide and how crowded the tree of resources may be and still be read as a diagram."""


def environment(stack: str, **changed: Any) -> Deployment:
    config = pulumi_config(stack) | {f"trainyard:{key}": json.dumps(value) for key, value in changed.items()}
    return deploy(run, stack=stack, account=mapping(stack)["account"], config=config)


@cache
def committed(stack: str) -> Deployment:
    """Return what the committed file makes: declared once, for all tests that only look."""
    return environment(stack)


@pytest.fixture
def dev() -> Deployment:
    return committed("dev")


@pytest.mark.parametrize("stack", STACKS)
def test_a_stack_is_made_of_these_resources(stack: str, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(committed(stack).outline()) == snapshot


@pytest.mark.parametrize("stack", STACKS)
def test_what_a_stack_exports_is_the_contract_and_what_ssm_holds(stack: str) -> None:
    deployment = committed(stack)
    platform = PlatformOutputs.model_validate(deployment.exports["platform"])
    services = {name: ServiceOutputs.model_validate(each) for name, each in deployment.exports["services"].items()}
    assert (platform.environment, platform.account) == (stack, mapping(stack)["account"])
    assert platform.services == list(services)
    held = {each.inputs["name"]: each.inputs["value"] for each in deployment.of_type("Parameter")}
    assert PlatformOutputs.model_validate_json(held[f"/trainyard/{stack}/platform"]) == platform
    for name, outputs in services.items():
        assert ServiceOutputs.model_validate_json(held[f"/trainyard/{stack}/services/{name}"]) == outputs


def test_images_of_others_may_be_pulled_by_containers_only_from_the_accounts_that_are_named() -> None:
    borrowing = environment("dev", images={"lent_to": [], "borrowed_from": ["999999999999"]})
    policies = {each.name: each.inputs["policy"] for each in borrowing.of_type("RolePolicy")}
    arn = "arn:aws:ecr:eu-west-1:999999999999:repository/trainyard/recommender"
    assert {name for name, policy in policies.items() if arn in policy} == {
        "roles-serving-policy",
        "roles-training-policy",
    }
    assert "999999999999" not in str([each.inputs for each in committed("dev").of_type("RolePolicy")])


def test_the_contract_carries_the_dials_of_a_service(dev: Deployment) -> None:
    outputs = ServiceOutputs.model_validate(dev.exports["services"]["recommender"])
    dials = parse(mapping("dev"), "Pulumi.dev.yaml").services[0]
    assert outputs.training.model_dump() == dials.training.model_dump()
    assert outputs.strategy.model_dump() == dials.strategy.model_dump()
    assert outputs.thresholds.model_dump() == dials.thresholds.model_dump()
    assert outputs.gate.model_dump() == dials.gate.model_dump()
    assert outputs.serving.instance_count == dials.serving.instance_count
    assert outputs.endpoint_name == outputs.pipeline_name == outputs.model_package_group == "recommender-dev"
    alarms = {each.inputs["name"] for each in dev.of_type("MetricAlarm")}
    of_functions = {
        "trainyard-dev-approval-errors",
        *(f"trainyard-dev-{name}-{what}" for name in ("release", "retraining") for what in ("errors", "failed")),
    }
    assert set(outputs.endpoint_alarms) == alarms - of_functions
    assert outputs.release_on_approval == dials.release_on_approval
    assert outputs.retraining.model_dump() == dials.retraining.model_dump()
    assert outputs.features.model_dump() == dials.features.model_dump()


def test_everything_goes_through_the_provider_that_knows_the_account(dev: Deployment) -> None:
    resources = [each for each in dev.resources if each.custom and not each.type.startswith("pulumi:")]
    assert {each.provider for each in resources} == {"aws"}
    provider = dev.named("aws").inputs
    assert json.loads(provider["allowedAccountIds"]) == ["111111111111"]
    assert json.loads(provider["defaultTags"]) == {
        "tags": {"project": "trainyard", "environment": "dev", "managed-by": "pulumi"}
    }
    assert provider["region"] == "eu-west-1"


def test_every_resource_has_a_component_as_parent(dev: Deployment) -> None:
    orphans = [each.name for each in dev.resources if each.custom and not each.parent]
    assert sorted(orphans) == ["aws", "caller"]


@pytest.mark.parametrize("stack", STACKS)
def test_the_tree_can_be_read_as_a_diagram(stack: str) -> None:
    resources = committed(stack).resources
    parents = {f"{each.type} {each.name}": each.parent for each in resources}

    def depth(key: str) -> int:
        return 1 + depth(parents[key]) if key else 0

    assert max(depth(key) for key in parents) <= DEPTH
    assert len([each for each in resources if not each.parent and not each.custom]) <= TOP
    crowded = Counter(each.parent for each in resources if each.parent)
    assert {parent: count for parent, count in crowded.items() if count > CHILDREN} == {}


@pytest.mark.parametrize(("stack", "protected"), [("dev", False), ("prod", True)])
def test_the_protection_dial_guards_all_that_holds_data_or_answers_customers(stack: str, protected: bool) -> None:
    deployment = committed(stack)
    guarded = ("s3/bucket:Bucket", "Key", "Table", "Repository", "ModelPackageGroup", "Endpoint")
    found = [each for token in guarded for each in deployment.of_type(token)]
    assert len(found) == 10
    assert {each.protect for each in found} == {protected}


def test_logical_names_carry_no_environment() -> None:
    names = [{each.name for each in committed(stack).resources} for stack in STACKS]
    assert not [name for each in names for name in each if any(part in STACKS for part in name.split("-"))]
    floor = {"recommender-floor", "recommender-floor-night", "recommender-floor-day"}
    retraining = {name for name in names[0] if name.startswith(("retraining", "roles-retraining"))}
    # dev and staging have the same zones; dials give dev a floor at night, and what starts runs when nobody does.
    assert names[0] == names[1] | floor | retraining


def test_two_runs_declare_the_same() -> None:
    def declared(deployment: Deployment) -> list[tuple[str, str]]:
        return [
            (each.urn, json.dumps(each.inputs, default=lambda asset: Path(asset.path).name))
            for each in deployment.resources
        ]

    assert declared(environment("dev")) == declared(committed("dev"))


def test_a_second_model_is_one_more_entry() -> None:
    entry = mapping("dev")["services"][0]
    deployment = environment("dev", services=[entry, entry | {"name": "ranker"}])
    assert {each.inputs["name"] for each in deployment.of_type("Endpoint")} == {"recommender-dev", "ranker-dev"}
    assert deployment.exports["platform"]["services"] == ["recommender", "ranker"]


def retrained(**dials: bool) -> dict[str, Any]:
    entry = copy.deepcopy(mapping("dev")["services"][0])
    for name in ("schedule", "new_data"):
        entry["retraining"][name]["enabled"] = dials.get(name, False)
    return entry


def test_nothing_starts_runs_and_has_the_right_to_where_no_service_asks_for_it() -> None:
    deployment = environment("dev", services=[retrained()])
    assert not [each.name for each in deployment.resources if "retraining" in each.name]
    assert deployment.of_type("BucketNotification") == []


def test_new_orders_of_the_services_that_ask_for_it_reach_the_retraining_function() -> None:
    services = [retrained(new_data=True), retrained(schedule=True) | {"name": "ranker"}]
    deployment = environment("dev", services=services)
    told = deployment.one("BucketNotification")
    assert (told.name, told.inputs["eventbridge"]) == ("data-raw-events", True)
    rules = {each.name: each.inputs for each in deployment.of_type("EventRule") if "retraining" in each.name}
    assert set(rules) == {"retraining-arrivals", "retraining-ends", "retraining-due-ranker"}
    assert json.loads(rules["retraining-arrivals"]["eventPattern"])["detail"] == {
        "bucket": {"name": [told.inputs["bucket"]]},
        "object": {"key": [{"prefix": "recommender/orders/"}]},
    }
    assert rules["retraining-due-ranker"]["name"] == "trainyard-ranker-dev-due"


def test_disks_that_hardware_encrypts_get_no_key() -> None:
    services = copy.deepcopy(mapping("dev")["services"])
    services[0]["serving"]["instance_type"] = "ml.g5.xlarge"
    config = environment("dev", services=services).one("EndpointConfiguration").inputs
    assert "kmsKeyArn" not in config
    assert committed("dev").one("EndpointConfiguration").inputs["kmsKeyArn"]


def test_containers_have_a_way_to_each_service_they_call_and_to_no_other(dev: Deployment) -> None:
    reached = {each.inputs["serviceName"].split(".", 3)[3] for each in dev.of_type("VpcEndpoint")}
    assert reached == {"s3", "ecr.api", "ecr.dkr", "kms", "logs", "monitoring"}


def test_another_account_is_refused_before_anything_is_declared() -> None:
    with pytest.raises(pulumi.RunError, match=r"but the AWS credentials of this shell are of account '222222222222'"):
        deploy(run, stack="dev", account="222222222222", config=pulumi_config("dev"))


def test_another_region_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")
    with pytest.raises(pulumi.RunError, match=r"'eu-west-1' in Pulumi.dev.yaml, but AWS_REGION says 'us-east-1'"):
        environment("dev")


def test_another_region_in_pulumis_own_setting_is_refused() -> None:
    config = pulumi_config("dev") | {"aws:region": "us-east-1"}
    with pytest.raises(pulumi.RunError, match=r"the setting aws:region says 'us-east-1'"):
        deploy(run, stack="dev", config=config)


def test_a_wrong_setting_is_one_paragraph_without_a_traceback() -> None:
    with pytest.raises(pulumi.RunError, match=r"trainyard:network.zonse is .* Change it in Pulumi.dev.yaml."):
        environment("dev", network={"cidr": "10.10.0.0/16", "zones": ["a"], "zonse": 1})


def test_the_stack_files_have_the_same_keys_in_the_same_order() -> None:
    def keys(value: object, path: str = "") -> list[str]:
        if isinstance(value, dict):
            return [key for name, inner in value.items() for key in (f"{path}.{name}", *keys(inner, f"{path}.{name}"))]
        if isinstance(value, list):
            return [key for index, inner in enumerate(value) for key in keys(inner, f"{path}[{index}]")]
        return []

    def without_zones(stack: str) -> list[str]:
        return [key for key in keys(raw(stack)) if ".zones[" not in key]

    assert without_zones("dev") == without_zones("staging") == without_zones("prod")


def test_the_project_describes_exactly_the_keys_of_the_stack_files() -> None:
    import yaml

    project = yaml.safe_load((ROOT / "Pulumi.yaml").read_text("utf-8"))
    assert list(project["config"]) == list(raw("dev"))
    assert all(each["description"].endswith(".") for each in project["config"].values())


def test_accounts_and_ranges_of_the_environments_differ() -> None:
    files = [mapping(stack) for stack in STACKS]
    assert len({each["account"] for each in files}) == len({each["network"]["cidr"] for each in files}) == len(STACKS)
