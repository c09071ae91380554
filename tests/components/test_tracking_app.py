import json

import pulumi_aws as aws
import pytest

from infra.roles import GrantedRole
from infra.tracking_app import TrackingApp, TrackingAppArgs
from tests.harness import Deployment, deploy


def granted(name: str) -> GrantedRole:
    role = aws.iam.Role(name, assume_role_policy="{}")
    return GrantedRole(role, aws.iam.RolePolicy(f"{name}-policy", role=role.name, policy="{}"))


def declared(*, protect: bool = False) -> Deployment:
    def program() -> None:
        args = TrackingAppArgs(
            role=granted("keeps"),
            told_by=granted("tells"),
            artifact_store_uri="s3://artifacts/mlflow",
            weekly_maintenance="Sun:12:00",
            protect=protect,
        )
        TrackingApp("tracking", args)

    return deploy(program)


def test_an_app_keeps_files_as_its_own_role_and_registers_no_models() -> None:
    app = declared().one("MlflowApp")
    assert app.inputs == {
        "roleArn": "arn:aws:iam::111111111111:role/keeps",
        "artifactStoreUri": "s3://artifacts/mlflow",
        "modelRegistrationMode": "AutoModelRegistrationDisabled",
        "weeklyMaintenanceWindowStart": "Sun:12:00",
        "tags": {"trainyard:role": "tracking"},
    }


def test_the_role_that_tells_of_runs_may_call_this_app_and_see_its_version() -> None:
    calls = declared().named("tracking-calls")
    assert calls.inputs["role"] == declared().named("tells-policy").inputs["role"]
    (statement,) = json.loads(calls.inputs["policy"])["Statement"]
    assert statement["Action"] == ["sagemaker:CallMlflowAppApi", "sagemaker:DescribeMlflowApp"]
    assert statement["Resource"] == ["arn:aws:sagemaker:eu-west-1:111111111111:mlflow-app/app-tracking-app"]


def test_both_are_the_components_children() -> None:
    assert {child.name for child in declared().children("tracking")} == {"tracking-app", "tracking-calls"}


@pytest.mark.parametrize("protect", [True, False])
def test_an_app_is_protected_where_that_is_asked_for(protect: bool) -> None:
    assert declared(protect=protect).one("MlflowApp").protect is protect
