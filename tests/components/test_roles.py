import json

import pulumi
import pytest

from infra.iam_statements import Estate
from infra.roles import Roles, RolesArgs
from tests.harness import Deployment, deploy

ACCOUNT = "111111111111"
ROLES = ("training", "serving", "pipeline", "release", "approval")


def program(boundary_arn: str | None = None, *, retrains: bool = False, tracks: bool = False) -> None:
    estate = Estate(
        account=ACCOUNT,
        region="eu-west-1",
        environment="dev",
        key_arn="key",
        raw_bucket_arn="raw",
        features_bucket_arn="features",
        artifacts_bucket_arn="artifacts",
        capture_bucket_arn="capture",
        repository_arns=["repository"],
        table_arn="table",
        topic_arn="topic",
        endpoint_names=["recommender-dev"],
    )
    Roles(
        "roles",
        RolesArgs(
            account=ACCOUNT,
            region="eu-west-1",
            estate=pulumi.Output.from_input("known").apply(lambda _: estate),
            baseline_repository_arn="aws-repository",
            releasers=[],
            boundary_arn=boundary_arn,
            retrains=retrains,
            tracks=tracks,
        ),
    )


@pytest.fixture
def deployment() -> Deployment:
    return deploy(program)


def policy(deployment: Deployment, role: str) -> list[dict[str, object]]:
    return json.loads(deployment.named(f"roles-{role}-policy").inputs["policy"])["Statement"]


def principals(deployment: Deployment, role: str) -> list[object]:
    statements = json.loads(deployment.named(f"roles-{role}").inputs["assumeRolePolicy"])["Statement"]
    return [statement["Principal"] for statement in statements]


def test_every_role_carries_the_boundary_where_the_account_has_one() -> None:
    boundary = f"arn:aws:iam::{ACCOUNT}:policy/trainyard-boundary"
    bounded = deploy(lambda: program(boundary)).of_type("Role")
    assert [role.inputs.get("permissionsBoundary") for role in bounded] == [boundary] * len(ROLES)
    assert all("permissionsBoundary" not in role.inputs for role in deploy(program).of_type("Role"))


def test_there_are_five_roles_with_one_inline_policy_each(deployment: Deployment) -> None:
    assert {child.name for child in deployment.children("roles")} == {
        name for role in ROLES for name in (f"roles-{role}", f"roles-{role}-policy")
    }
    assert all(not role.inputs.get("managedPolicyArns") for role in deployment.of_type("Role"))


def test_the_retraining_functions_role_is_there_only_with_the_function() -> None:
    retrains = deploy(lambda: program(retrains=True))
    assert {each.name for each in retrains.of_type("Role")} == {f"roles-{role}" for role in (*ROLES, "retraining")}
    assert principals(retrains, "retraining") == [{"Service": "lambda.amazonaws.com"}]


def test_the_tracking_role_is_there_only_with_an_app_which_sagemaker_runs() -> None:
    tracks = deploy(lambda: program(tracks=True))
    assert {each.name for each in tracks.of_type("Role")} == {f"roles-{role}" for role in (*ROLES, "tracking")}
    assert principals(tracks, "tracking") == [{"Service": "sagemaker.amazonaws.com"}]


@pytest.mark.parametrize("role", ["training", "serving", "pipeline"])
def test_sagemaker_takes_on_the_roles_of_machines(deployment: Deployment, role: str) -> None:
    assert principals(deployment, role) == [{"Service": "sagemaker.amazonaws.com"}]


def test_no_person_takes_on_the_approval_role_only_lambda_does(deployment: Deployment) -> None:
    assert principals(deployment, "approval") == [{"Service": "lambda.amazonaws.com"}]


def test_the_release_role_is_the_functions_and_without_releasers_the_accounts(deployment: Deployment) -> None:
    assert principals(deployment, "release") == [
        {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]},
        {"Service": "lambda.amazonaws.com"},
    ]


@pytest.mark.parametrize(("role", "passed"), [("pipeline", "training"), ("release", "serving")])
def test_a_role_passes_exactly_the_one_it_needs(deployment: Deployment, role: str, passed: str) -> None:
    (statement,) = [each for each in policy(deployment, role) if each["Action"] == ["iam:PassRole"]]
    assert statement["Resource"] == [f"arn:aws:iam::{ACCOUNT}:role/roles-{passed}"]


def test_the_serving_role_may_pull_the_baselines_image(deployment: Deployment) -> None:
    (statement,) = [each for each in policy(deployment, "serving") if each["Sid"] == "PullImages"]
    assert statement["Resource"] == ["repository", "aws-repository"]
