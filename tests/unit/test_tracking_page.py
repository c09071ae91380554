import boto3
import pytest
from botocore.stub import Stubber

from tests.pipelines import contract
from trainyard.errors import UsageError
from trainyard.tracking import page

APP = f"arn:aws:sagemaker:{contract.REGION}:{contract.ACCOUNT}:mlflow-app/app-1"


def test_a_servers_page_is_its_address_and_aws_is_not_asked() -> None:
    platform = contract.platform().model_copy(update={"tracking_uri": "https://mlflow.example.com"})
    assert page(platform, None) == "https://mlflow.example.com"


def test_the_address_of_an_apps_page_is_signed_for_the_caller() -> None:
    client = boto3.client(
        "sagemaker", region_name=contract.REGION, aws_access_key_id="none", aws_secret_access_key="none"
    )
    with Stubber(client) as stubbed:
        stubbed.add_response(
            "create_presigned_mlflow_app_url",
            {"AuthorizedUrl": "https://signed"},
            {"Arn": APP, "ExpiresInSeconds": 300},
        )
        assert page(contract.platform().model_copy(update={"tracking_uri": APP}), client) == "https://signed"


def test_an_environment_that_records_nowhere_says_which_dial_to_set() -> None:
    with pytest.raises(UsageError) as refused:
        page(contract.platform(), None)
    assert str(refused.value) == (
        "The environment dev records its training runs nowhere. Where: trainyard:tracking in Pulumi.dev.yaml. "
        "Name a server or enable the managed app, then run `trainyard up` and `trainyard pipeline deploy`."
    )
