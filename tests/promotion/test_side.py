"""Each environment is reached with credentials of its own account."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from stacks.outputs import platform_parameter, service_parameter
from tests.pipelines import contract
from trainyard.errors import UsageError
from trainyard.promotion import open_side

ROOT = Path(__file__).parents[2]
ACCOUNT = "333333333333"
"""Of prod, by its stack file."""


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    profiles = tmp_path / "config"
    profiles.write_text("[profile prod]\nregion = us-east-1\naws_access_key_id = a\naws_secret_access_key = b\n")
    for name in ("AWS_PROFILE", "AWS_ENDPOINT_URL", "AWS_SESSION_TOKEN", "LOCALCLOUD_ENDPOINT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(profiles))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-west-2")
    monkeypatch.setenv("TRAINYARD_PROJECT", str(ROOT))
    with mock_aws():
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "shell")  # moto has set its own
        yield


def up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MOTO_ACCOUNT_ID", ACCOUNT)
    ssm = boto3.client("ssm", region_name="eu-west-1")
    platform = contract.platform().model_copy(update={"environment": "prod", "account": ACCOUNT})
    for name, value in (
        (platform_parameter("prod"), platform),
        (service_parameter("prod", "recommender"), contract.service()),
    ):
        ssm.put_parameter(Name=name, Value=value.model_dump_json(), Type="String")


def test_a_profile_is_used_in_the_region_of_the_stack_file_whatever_the_shell_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    up(monkeypatch)
    side = open_side("prod", "recommender", "prod", "--to-profile")
    assert (side.name, side.service.name) == ("prod", "recommender")
    client = side.client("s3")
    assert client.meta.region_name == "eu-west-1"
    assert client._request_signer._credentials.access_key == "a"
    assert side.client("s3") is client


def test_without_a_profile_the_shells_credentials_are_used(monkeypatch: pytest.MonkeyPatch) -> None:
    up(monkeypatch)
    client = open_side("prod", "recommender", None, "--to-profile").client("s3")
    assert client._request_signer._credentials.access_key == "shell"


@pytest.mark.parametrize(("profile", "whose"), [("prod", "profile prod"), (None, "this shell")])
def test_credentials_of_another_account_are_refused_before_anything_is_asked_there(
    profile: str | None, whose: str
) -> None:
    with pytest.raises(
        UsageError, match=f"credentials of {whose} are of account 123456789012, and prod is account"
    ) as no:
        open_side("prod", "recommender", profile, "--to-profile")
    assert no.value.exit_code == 2
    assert "--to-profile" in no.value.cure


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(UsageError, match="There is no AWS profile 'absent'"):
        open_side("prod", "recommender", "absent", "--to-profile")


def test_an_unknown_environment_is_named_with_those_there_are() -> None:
    with pytest.raises(UsageError, match="There is no environment 'qa'; there are: dev, staging, prod"):
        open_side("qa", "recommender", None, "--from-profile")
