"""The provider works on the local cloud in the allowed account, and nowhere else."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import ClassVar

import pytest

from localcloud.provider.configuration import configure
from localcloud.provider.errors import ConfigurationError, UnknownTypeError
from localcloud.provider.invokes import invoke
from localcloud.provider.session import Session


class _Other(BaseHTTPRequestHandler):
    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"name": "something else"}')

    do_POST = do_GET

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def other() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), _Other)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_without_an_endpoint_it_refuses() -> None:
    with pytest.raises(ConfigurationError, match="AWS_ENDPOINT_URL is not set: it never talks to AWS"):
        configure({"region": "eu-west-1"}, {})


def test_an_endpoint_that_is_not_the_local_cloud_is_refused_and_asked_nothing_else(other: str) -> None:
    _Other.asked.clear()
    with pytest.raises(ConfigurationError, match="did not answer /_localcloud/health as the local cloud"):
        configure({"region": "eu-west-1"}, {"AWS_ENDPOINT_URL": other})
    assert _Other.asked == ["/_localcloud/health"]


def test_nothing_listening_says_how_to_start_it() -> None:
    with pytest.raises(ConfigurationError, match="Run `localcloud start`"):
        configure({"region": "eu-west-1"}, {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"})


def test_without_a_region_it_refuses() -> None:
    with pytest.raises(ConfigurationError, match="no region: set `aws:region` in the stack file"):
        configure({}, {})


def test_another_account_is_refused(environment: dict[str, str]) -> None:
    text = "the credentials belong to account 000000000001, and aws:allowedAccountIds allows 000000000003"
    with pytest.raises(ConfigurationError, match=text):
        configure({"region": "eu-west-1", "allowedAccountIds": '["000000000003"]'}, environment)
    assert configure({"region": "eu-west-1", "allowedAccountIds": ["000000000001"]}, environment).account


def test_configuration_that_would_be_ignored_is_refused(environment: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="aws:assumeRoles is not supported on the local cloud"):
        configure({"region": "eu-west-1", "assumeRoles": '[{"roleArn": "arn"}]'}, environment)


def test_functions_answer_who_and_where(session: Session) -> None:
    identity = invoke(session, "aws:index/getCallerIdentity:getCallerIdentity", {})
    assert identity["accountId"] == "000000000001"
    assert invoke(session, "aws:index/getRegion:getRegion", {})["region"] == "eu-west-1"
    assert invoke(session, "aws:index/getPartition:getPartition", {})["partition"] == "aws"
    zones = invoke(session, "aws:index/getAvailabilityZones:getAvailabilityZones", {"state": "available"})
    assert zones["names"] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


def test_the_prebuilt_image_is_the_one_of_the_region(session: Session) -> None:
    token = "aws:sagemaker/getPrebuiltEcrImage:getPrebuiltEcrImage"
    found = invoke(session, token, {"repositoryName": "sagemaker-scikit-learn", "imageTag": "1.2-1-cpu-py3"})
    assert found["registryPath"] == "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"


def test_an_unknown_function_is_refused_by_name(session: Session) -> None:
    with pytest.raises(
        UnknownTypeError, match=r"no function 'aws:index/getRegions:getRegions'; nearest: aws:index/getRegion"
    ):
        invoke(session, "aws:index/getRegions:getRegions", {})
