"""Every committed stack file of the bootstrap project prepares an account, and takes over what is there already."""

import json
from collections.abc import Mapping
from typing import Any

import pulumi
import pytest
import yaml
from syrupy.assertion import SnapshotAssertion

from infra.ci.services import SERVICES
from stacks.bootstrap.outputs import BootstrapOutputs, state_bucket
from stacks.bootstrap.program import run
from tests.harness import Deployment, bootstrap_files, deploy, stack_files
from tests.harness.bootstrap_files import mapping, pulumi_config
from tests.harness.stack_files import STACKS

REPOSITORY = "octo-org@1/octo-repo@2"
NOTHING_BUT_STATE: dict[str, Any] = {
    "github": {"repository": ""},
    "guards": {"block_public_access": False, "encrypt_volumes": False, "guardduty": False},
}


def account(stack: str = "dev", *, existing: Mapping[str, Any] | None = None, **changed: Any) -> Deployment:
    tree = mapping(stack)
    tree |= {"github": {"repository": REPOSITORY}, "existing": {**tree["existing"], **(existing or {})}, **changed}
    return deploy(run, stack=stack, account=tree["account"], config=pulumi_config(tree))


def types(deployment: Deployment) -> set[str]:
    return {each.type.rpartition(":")[2] for each in deployment.resources if each.custom}


@pytest.mark.parametrize("stack", STACKS)
def test_an_account_is_made_of_these_resources(stack: str, snapshot: SnapshotAssertion) -> None:
    assert "\n".join(account(stack).outline()) == snapshot


@pytest.mark.parametrize("stack", STACKS)
def test_what_an_account_exports_follows_from_account_and_region(stack: str) -> None:
    found = BootstrapOutputs.model_validate(account(stack).exports["account"])
    number = mapping(stack)["account"]
    assert found.state_bucket == f"trainyard-state-{number}-eu-west-1"
    assert found.backend_url == f"s3://{found.state_bucket}?region=eu-west-1&awssdk=v2"
    assert found.secrets_provider == "awskms://alias/trainyard-state?region=eu-west-1&awssdk=v2"
    assert found.deploy_role_arn == f"arn:aws:iam::{number}:role/trainyard-deploy"
    assert found.preview_role_arn == f"arn:aws:iam::{number}:role/trainyard-preview"
    assert found.data_role_arn == f"arn:aws:iam::{number}:role/trainyard-data"
    assert found.boundary_arn == f"arn:aws:iam::{number}:policy/trainyard-boundary"


@pytest.mark.parametrize("stack", STACKS)
def test_a_role_is_for_one_environment_of_the_repository(stack: str) -> None:
    deployment = account(stack)
    for role, environment in (
        ("trainyard-deploy", stack),
        ("trainyard-preview", f"{stack}-preview"),
        ("trainyard-data", f"{stack}-data"),
    ):
        (found,) = [each for each in deployment.of_type("Role") if each.inputs["name"] == role]
        (statement,) = json.loads(found.inputs["assumeRolePolicy"])["Statement"]
        assert statement["Condition"] == {
            "StringEquals": {
                "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
                "token.actions.githubusercontent.com:sub": f"repo:{REPOSITORY}:environment:{environment}",
            }
        }
        assert found.inputs["permissionsBoundary"].endswith(":policy/trainyard-boundary")


def test_the_preview_role_has_no_policy_that_changes() -> None:
    deployment = account()
    attached = {each.name for each in deployment.of_type("RolePolicyAttachment")}
    assert attached == {
        *("ci-deploy-reading", "ci-deploy-changing", "ci-deploy-changing-sources"),
        "ci-preview-reading",
    }
    own = json.loads(deployment.named("ci-preview-own").inputs["policy"])["Statement"]
    assert {each["Sid"] for each in own if each["Effect"] == "Deny"} >= {"NoSecrets", "NoOtherKeys", "NoData"}
    assert deployment.named("ci-preview-own").inputs["role"] == "trainyard-preview"


def test_the_committed_files_name_no_repository_and_then_nobody_but_the_account_deploys() -> None:
    assert {mapping(stack)["github"]["repository"] for stack in STACKS} == {""}
    deployment = account(github={"repository": ""})
    assert not types(deployment) & {"Role", "OpenIdConnectProvider", "RolePolicy", "RolePolicyAttachment"}
    assert deployment.exports["account"]["deploy_role_arn"] is None
    assert deployment.named("ci-boundary").inputs["name"] == "trainyard-boundary"


@pytest.mark.parametrize("stack", STACKS)
def test_state_guards_and_boundary_are_protected_and_roles_are_not(stack: str) -> None:
    custom = [each for each in account(stack).resources if each.custom and not each.type.startswith("pulumi:")]
    free = {each.name for each in custom if not each.protect}
    assert all(name.startswith("ci-") for name in free)
    assert {each.name for each in custom if each.protect} >= {"state-key", "state-objects-bucket", "ci-boundary"}


def test_a_bare_account_has_the_state_and_the_boundary_only() -> None:
    bare = {"service_linked_roles": ["sagemaker.application-autoscaling.amazonaws.com"]}
    assert {each.name.split("-")[0] for each in account(existing=bare, **NOTHING_BUT_STATE).resources} == {
        "aws",
        "caller",
        "state",
        "guards",
        "ci",
    }
    assert account(existing=bare, **NOTHING_BUT_STATE).children("guards") == []


@pytest.mark.parametrize(
    ("existing", "gone"),
    [
        ({"state_bucket": "shared-state"}, {"Bucket", "BucketPolicy", "BucketVersioning"}),
        ({"state_key_arn": "arn:aws:kms:eu-west-1:111111111111:key/k"}, {"Key"}),
        (
            {"oidc_provider_arn": "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"},
            {"OpenIdConnectProvider"},
        ),
        ({"public_access_block": True}, {"AccountPublicAccessBlock"}),
        ({"volume_encryption": True}, {"EncryptionByDefault"}),
        ({"service_linked_roles": ["sagemaker.application-autoscaling.amazonaws.com"]}, {"ServiceLinkedRole"}),
    ],
)
def test_what_exists_is_not_declared_a_second_time(existing: dict[str, Any], gone: set[str]) -> None:
    assert types(account()) - types(account(existing=existing)) >= gone
    assert not gone & types(account(existing=existing))


def test_a_detector_is_declared_where_asked_for_and_none_is_there() -> None:
    guards = {"block_public_access": True, "encrypt_volumes": True, "guardduty": True}
    assert "Detector" not in types(account())
    assert account(guards=guards).one("Detector").inputs == {"enable": True}
    assert "Detector" not in types(account(guards=guards, existing={"guardduty_detector": "0123456789abcdef" * 2}))


def test_what_exists_is_what_the_roles_get() -> None:
    key = "arn:aws:kms:eu-west-1:111111111111:key/mine"
    provider = "arn:aws:iam::111111111111:oidc-provider/token.actions.githubusercontent.com"
    deployment = account(existing={"state_bucket": "shared-state", "state_key_arn": key, "oidc_provider_arn": provider})
    own = {each["Sid"]: each for each in json.loads(deployment.named("ci-preview-own").inputs["policy"])["Statement"]}
    assert own["OpenState"]["Resource"] == [key]
    assert own["ListState"]["Resource"] == ["arn:aws:s3:::shared-state"]
    trust = json.loads(deployment.named("ci-preview").inputs["assumeRolePolicy"])
    assert trust["Statement"][0]["Principal"] == {"Federated": provider}
    assert deployment.exports["account"]["backend_url"].startswith("s3://shared-state?")
    assert deployment.one("Alias").inputs["targetKeyId"] == key


def test_the_environments_name_the_boundary_that_their_account_has() -> None:
    for stack in STACKS:
        assert stack_files.mapping(stack)["permissions_boundary"] == account(stack).named("ci-boundary").inputs["name"]


def test_another_account_is_refused_in_the_words_of_this_project() -> None:
    with pytest.raises(pulumi.RunError, match=r"^trainyard-bootstrap:account is '111111111111' in Pulumi.dev.yaml"):
        deploy(run, stack="dev", account="222222222222", config=pulumi_config(mapping("dev")))


def test_a_wrong_setting_is_one_paragraph_in_the_words_of_this_project() -> None:
    with pytest.raises(pulumi.RunError, match=r"^trainyard-bootstrap:guards\.guardutty is True, but there is no such"):
        account(guards={**mapping("dev")["guards"], "guardutty": True})


def test_the_stack_files_have_the_same_keys_and_the_accounts_of_the_environments() -> None:
    project = yaml.safe_load((bootstrap_files.FOLDER / "Pulumi.yaml").read_text("utf-8"))
    for stack in STACKS:
        tree = mapping(stack)
        assert [f"trainyard-bootstrap:{key}" for key in tree] == list(project["config"])
        assert {key: list(value) for key, value in tree.items() if isinstance(value, dict)} == {
            key: list(value) for key, value in mapping("dev").items() if isinstance(value, dict)
        }
        platform = stack_files.mapping(stack)
        assert (tree["account"], tree["region"]) == (platform["account"], platform["region"])


def test_ci_knows_every_service_that_the_stacks_declare() -> None:
    prefixes = {"appautoscaling": "application-autoscaling", "vpc": "ec2"}
    outline = (stack_files.ROOT / "tests/stacks/__snapshots__/test_environments.ambr").read_text("utf-8")
    modules = {word.split(":")[1].split("/")[0] for word in outline.split() if word.startswith("aws:")}
    known = {service.prefix for service in SERVICES} | {"iam"}
    by_dial = {"rds", "secretsmanager"}
    assert {prefixes.get(module, module) for module in modules} | by_dial <= known


def test_the_state_bucket_has_a_legal_name_in_the_longest_region() -> None:
    assert len(state_bucket("1" * 12, "ap-southeast-1")) <= 63
