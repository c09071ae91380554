"""An environment with an MLflow app of its own: the app, who it is, who may call it, and who hears of it."""

import copy
import json
from functools import cache
from typing import Any

import pytest

from stacks.outputs import PlatformOutputs
from stacks.rules import check
from tests.harness import Deployment
from tests.harness.judged import resources
from tests.harness.stack_files import mapping
from tests.stacks.rules.test_committed_stacks import context
from tests.stacks.test_environments import committed, environment
from trainyard.cost.charging import CHARGES
from trainyard.cost.usage import is_free


@cache
def tracked(stack: str = "dev") -> Deployment:
    tracking = copy.deepcopy(mapping(stack)["tracking"])
    tracking["managed"]["enabled"] = True
    return environment(stack, tracking=tracking)


def new(stack: str = "dev") -> list[Any]:
    before = {each.urn for each in committed(stack).resources}
    return [each for each in tracked(stack).resources if each.urn not in before]


def test_an_app_brings_its_role_the_right_to_call_it_and_the_way_to_sagemaker() -> None:
    assert {each.name for each in new()} == {
        *("tracking", "tracking-app", "tracking-calls", "roles-tracking", "roles-tracking-policy"),
        *("network-endpoints-sagemaker-api", "network-endpoints-sagemaker-runtime"),
    }


def test_an_endpoint_service_leads_jobs_to_where_runs_are_told() -> None:
    service = "com.amazonaws.vpce.eu-west-1.vpce-svc-0123456789abcdef0"
    tracking = {**mapping("dev")["tracking"], "uri": "https://mlflow.example.com", "endpoint_service": service}
    led = environment("dev", tracking=tracking)
    before = {each.urn for each in committed("dev").resources}
    (endpoint,) = [each for each in led.resources if each.urn not in before]
    assert endpoint.name == "network-endpoints-tracking"
    assert (endpoint.inputs["serviceName"], endpoint.inputs["vpcEndpointType"]) == (service, "Interface")
    assert endpoint.inputs["privateDnsEnabled"] is True


def test_files_go_below_one_folder_of_the_artifacts_bucket_and_no_model_is_registered() -> None:
    app = tracked().one("MlflowApp").inputs
    bucket = tracked().exports["platform"]["buckets"]["artifacts"]
    assert app["artifactStoreUri"] == f"s3://{bucket}/mlflow"
    assert app["modelRegistrationMode"] == "AutoModelRegistrationDisabled"
    assert app["weeklyMaintenanceWindowStart"] == "Sun:12:00"
    assert app["roleArn"] == "arn:aws:iam::111111111111:role/roles-tracking"


def test_only_jobs_may_call_the_app_and_that_one_alone() -> None:
    arn = tracked().exports["platform"]["tracking_uri"]
    policies = {each.name: each.inputs for each in tracked().of_type("RolePolicy")}
    assert [name for name, policy in policies.items() if "Mlflow" in policy["policy"]] == ["tracking-calls"]
    assert policies["tracking-calls"]["role"] == policies["roles-training-policy"]["role"]
    (calling,) = json.loads(policies["tracking-calls"]["policy"])["Statement"]
    assert calling["Action"] == ["sagemaker:CallMlflowAppApi", "sagemaker:DescribeMlflowApp"]
    assert calling["Resource"] == [arn]


def test_pipelines_are_told_of_the_app_and_without_one_of_nothing() -> None:
    platform = PlatformOutputs.model_validate(tracked().exports["platform"])
    assert platform.tracking_uri.startswith("arn:aws:sagemaker:eu-west-1:111111111111:mlflow-app/")
    assert PlatformOutputs.model_validate(committed("dev").exports["platform"]).tracking_uri == ""


@pytest.mark.parametrize(("stack", "protected"), [("dev", False), ("prod", True)])
def test_the_protection_dial_guards_the_runs(stack: str, protected: bool) -> None:
    assert tracked(stack).one("MlflowApp").protect is protected


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_environment_with_an_app_holds_every_rule(stack: str) -> None:
    findings = check(resources(tracked(stack)), context(stack))
    assert [str(each) for each in findings.violations] == []
    assert findings.unjudged == ()


def test_all_of_it_is_known_to_the_price_list() -> None:
    types = {each.type for each in new() if each.custom}
    assert [token for token in types if token not in CHARGES and not is_free(token)] == []
