"""The operations on apps, and who gets to an app's server; that server here answers with what it was asked."""

import json
import time
from pathlib import Path

import pytest
import urllib3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from localcloud.accounts import SECRET_KEY, access_key
from localcloud.sagemaker.mlflow_apps import interpreter as interpreters
from localcloud.sagemaker.mlflow_apps import record
from localcloud.testing import running_cloud

from .conftest import ECHO, interpreter
from .world import BUCKET, Shop


def refused(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    found = error.value.response["Error"]
    return found["Code"], found["Message"]


def ask(shop: Shop, arn: str, *, service: str = "sagemaker", account: str = "000000000001", path: str = "/api/x?a=b"):
    """Send what MLflow's plugin sends: the app in a header, and a signature."""
    request = AWSRequest("POST", shop.aws.endpoint_url + path, data=b"{}", headers={"x-sm-mlflow-app-arn": arn})
    SigV4Auth(Credentials(access_key(account), SECRET_KEY), service, "eu-west-1").add_auth(request)
    prepared = request.prepare()
    return urllib3.request("POST", prepared.url, body=b"{}", headers=dict(prepared.headers.items()), retries=False)


def gone(shop: Shop, arn: str) -> bool:
    try:
        return shop.sagemaker.describe_mlflow_app(Arn=arn)["Status"] == "Deleted"
    except ClientError as error:
        return error.response["Error"]["Code"] == "ResourceNotFound"


def wait_gone(shop: Shop, arn: str) -> None:
    deadline = time.monotonic() + 30
    while not gone(shop, arn):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_an_app_is_created_changed_listed_tagged_and_deleted(shop: Shop) -> None:
    arn = shop.create(Tags=[{"Key": "team", "Value": "shop"}], WeeklyMaintenanceWindowStart="Sun:03:30")
    app = shop.settled(arn)
    assert arn.startswith("arn:aws:sagemaker:eu-west-1:000000000001:mlflow-app/app-")
    assert (app["Name"], app["Status"], app["MlflowVersion"]) == ("shop", "Created", "3.9.1")
    assert app["WeeklyMaintenanceWindowStart"] == "Sun:03:30"
    assert app["ModelRegistrationMode"] == "AutoModelRegistrationDisabled"
    shop.sagemaker.update_mlflow_app(Arn=arn, Name="another", AccountDefaultStatus="ENABLED")
    app = shop.settled(arn)
    assert (app["Name"], app["Status"], app["AccountDefaultStatus"]) == ("another", "Updated", "ENABLED")
    [listed] = shop.sagemaker.list_mlflow_apps(Status="Updated", AccountDefaultStatus="ENABLED")["Summaries"]
    assert (listed["Arn"], listed["MlflowVersion"]) == (arn, "3.9.1")
    assert shop.sagemaker.list_mlflow_apps(Status="Creating")["Summaries"] == []
    assert shop.sagemaker.list_mlflow_apps(CreatedBefore=app["CreationTime"])["Summaries"] == []
    assert shop.sagemaker.list_tags(ResourceArn=arn)["Tags"] == [{"Key": "team", "Value": "shop"}]
    assert shop.sagemaker.delete_mlflow_app(Arn=arn)["Arn"] == arn
    wait_gone(shop, arn)
    assert not record.folder(shop.aws.cloud, shop.aws.scope, record.id_of(arn)).exists()
    with pytest.raises(ClientError) as error:
        shop.sagemaker.delete_mlflow_app(Arn=arn)
    assert refused(error) == ("ResourceNotFound", f"MlflowApp with ARN {arn} does not exist.")


def test_a_request_signed_for_an_app_reaches_its_server_without_the_signature(shop: Shop) -> None:
    arn = shop.create()
    shop.settled(arn)
    said = json.loads(ask(shop, arn).data)
    assert (said["method"], said["path"], said["body"]) == ("POST", "/api/x?a=b", "{}")
    assert "authorization" not in {name.lower() for name in said["headers"]}
    assert f"s3://{BUCKET}/mlflow" in said["arguments"]
    shop.sagemaker.update_mlflow_app(Arn=arn, ArtifactStoreUri=f"s3://{BUCKET}/elsewhere")
    assert f"s3://{BUCKET}/elsewhere" in json.loads(ask(shop, arn).data)["arguments"], "waits for the new server"


def test_nobody_gets_to_an_app_but_its_account_with_a_signature_for_sagemaker(shop: Shop) -> None:
    arn = shop.create()
    shop.settled(arn)
    foreign, missing = arn.replace("000000000001", "000000000002"), arn[:-1] + "_"
    for answer in (ask(shop, arn, account="000000000002"), ask(shop, arn, service="s3"), ask(shop, foreign)):
        assert (answer.status, json.loads(answer.data)["message"]) == (403, "Request is not authorized")
    unsigned = urllib3.request("GET", f"{shop.aws.endpoint_url}/api/x", headers={"x-sm-mlflow-app-arn": arn})
    assert unsigned.status == 403
    answer = ask(shop, missing)
    assert (answer.status, json.loads(answer.data)["error_code"]) == (400, "ResourceNotFound")


def test_the_page_of_an_app_opens_once(shop: Shop) -> None:
    arn = shop.create()
    shop.settled(arn)
    url = shop.sagemaker.create_presigned_mlflow_app_url(Arn=arn, ExpiresInSeconds=5)["AuthorizedUrl"]
    opened = urllib3.request("GET", url, redirect=False)
    assert opened.status == 302
    assert json.loads(urllib3.request("GET", opened.headers["Location"]).data)["path"] == "/"
    assert urllib3.request("GET", url, redirect=False).status == 403, "once"


@pytest.mark.parametrize(
    ("given", "code", "message"),
    [
        ({"Name": "not_legal"}, "ValidationException", "1 validation error detected: Value 'not_legal' at 'name'"),
        ({"WeeklyMaintenanceWindowStart": "SUN:03:30"}, "ValidationException", "at 'weeklyMaintenanceWindowStart'"),
        ({"ArtifactStoreUri": "https://shop/mlflow"}, "ValidationException", "keeps artifacts at s3:// addresses"),
        (
            {"RoleArn": "arn:aws:iam::000000000001:role/none"},
            "ValidationException",
            "SageMaker is unable to perform: sts:AssumeRole on arn:aws:iam::000000000001:role/none",
        ),
        ({"RoleArn": "arn:aws:iam::000000000002:role/tracking"}, "AccessDeniedException", "Cross-account pass role"),
    ],
)
def test_what_an_app_cannot_be_is_refused(shop: Shop, given: dict[str, str], code: str, message: str) -> None:
    with pytest.raises(ClientError) as error:
        shop.create(**given)
    assert refused(error)[0] == code
    assert message in refused(error)[1]


def test_a_role_for_other_resources_than_apps_is_refused(shop: Shop) -> None:
    iam = shop.aws.client("iam")
    trust = json.loads(json.dumps(iam.get_role(RoleName="tracking")["Role"]["AssumeRolePolicyDocument"]))
    trust["Statement"][0]["Condition"]["ArnLike"]["aws:SourceArn"] = "arn:aws:sagemaker:*:*:endpoint/*"
    role = iam.create_role(RoleName="of-endpoints", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    with pytest.raises(ClientError, match="unable to perform: sts:AssumeRole"):
        shop.create(RoleArn=role)


def test_an_app_that_is_being_made_cannot_be_changed_or_opened(shop: Shop) -> None:
    arn = shop.create()
    shop.settled(arn)
    shop.aws.cloud.store.update(shop.aws.scope, record.KIND, record.id_of(arn), Status="Creating")
    with pytest.raises(ClientError) as error:
        shop.sagemaker.update_mlflow_app(Arn=arn, Name="x")
    assert refused(error) == ("ConflictException", f"MlflowApp {arn} is Creating and cannot be changed now.")
    with pytest.raises(ClientError, match="is Creating; its page can be opened once it is Created"):
        shop.sagemaker.create_presigned_mlflow_app_url(Arn=arn)
    assert ask(shop, arn).status == 503


def test_an_app_whose_server_does_not_start_has_failed(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(interpreters.VARIABLE, str(interpreter(tmp_path, "raise SystemExit('no database')")))
    assert shop.settled(shop.create())["Status"] == "CreateFailed"


def test_without_mlflow_the_refusal_says_how_to_name_an_environment_that_has_it(
    shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(interpreters.VARIABLE, str(tmp_path / "none"))
    with pytest.raises(ClientError) as error:
        shop.create()
    code, message = refused(error)
    assert code == "ValidationException"
    assert "has no package mlflow (" in message
    assert "Set LOCALCLOUD_MLFLOW_PYTHON to the Python of an environment" in message


def test_what_was_under_way_at_a_stop_is_done_after_the_start(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(interpreters.VARIABLE, str(interpreter(tmp_path, "import time; time.sleep(600)")))
    home = tmp_path_factory.mktemp("cloud")
    with running_cloud(home) as aws:
        shop = Shop.prepared(aws)
        creating, deleting = shop.create(), shop.create()
        aws.cloud.store.update(aws.scope, record.KIND, record.id_of(deleting), Status="Deleting")
    interpreter(tmp_path, ECHO)
    with running_cloud(home) as aws:
        again = Shop(aws, shop.role_arn)
        assert again.settled(creating)["Status"] == "Created"
        wait_gone(again, deleting)
