"""The provider's row: what is declared is there when the step ends, and what failed is told and kept."""

from pathlib import Path

import pytest

from localcloud.accounts import SECRET_KEY, access_key
from localcloud.provider.configuration import configure
from localcloud.provider.errors import CreateFailed
from localcloud.provider.provider import Provider
from localcloud.sagemaker.mlflow_apps import interpreter as interpreters

from ..provider.world import World
from .conftest import interpreter
from .world import BUCKET, Shop

TOKEN = "aws:sagemaker/mlflowApp:MlflowApp"


@pytest.fixture
def provider(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Provider:
    environment = {
        "AWS_ENDPOINT_URL": shop.aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": access_key(shop.aws.account),
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": shop.aws.region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Provider(configure({"region": shop.aws.region, "defaultTags": {"tags": {"owner": "shop"}}}, environment))


def test_an_app_settles_changes_in_place_and_goes(shop: Shop, provider: Provider) -> None:
    world = World(provider)
    app = world.make(TOKEN, "tracking", roleArn=shop.role_arn, artifactStoreUri=f"s3://{BUCKET}/mlflow")
    assert app.id == app["arn"]
    assert app["name"].startswith("tracking-")
    assert shop.sagemaker.describe_mlflow_app(Arn=app.id)["Status"] == "Created"
    world.settled(app)
    world.change(app, weeklyMaintenanceWindowStart="Sun:05:00", tags={"team": "shop"})
    world.change(app, artifactStoreUri=f"s3://{BUCKET}/elsewhere")
    assert shop.sagemaker.describe_mlflow_app(Arn=app.id)["Status"] == "Updated"
    world.unmake()


def test_another_role_replaces_an_app(shop: Shop, provider: Provider) -> None:
    inputs = {"name": "a", "artifactStoreUri": f"s3://{BUCKET}/mlflow", "roleArn": shop.role_arn}
    checked, failures = provider.check(TOKEN, "tracking", {}, inputs)
    assert not failures
    new, _ = provider.check(TOKEN, "tracking", checked, {**inputs, "roleArn": f"{shop.role_arn}-2"})
    assert provider.diff(TOKEN, checked, checked, new).replaces == {"roleArn"}


def test_an_app_that_fails_is_kept_under_its_arn(
    shop: Shop, provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(interpreters.VARIABLE, str(interpreter(tmp_path, "raise SystemExit(1)")))
    inputs = {"name": "a", "artifactStoreUri": f"s3://{BUCKET}/mlflow", "roleArn": shop.role_arn}
    with pytest.raises(CreateFailed, match="is CreateFailed: `localcloud logs` has what its server said last") as error:
        provider.create(TOKEN, "tracking", inputs)
    assert error.value.resource_id.startswith("arn:aws:sagemaker:eu-west-1:000000000001:mlflow-app/app-")
