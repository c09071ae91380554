from collections.abc import Iterator
from pathlib import Path

import pytest

from localcloud.accounts import SECRET_KEY, access_key
from localcloud.provider.configuration import configure
from localcloud.provider.provider import Provider
from localcloud.provider.session import Session
from localcloud.testing import CloudUnderTest, running_cloud


@pytest.fixture(scope="session")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudUnderTest]:
    with running_cloud(Path(tmp_path_factory.mktemp("cloud")), speed=100) as cloud:
        yield cloud


@pytest.fixture
def environment(aws: CloudUnderTest, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    found = {
        "AWS_ENDPOINT_URL": aws.endpoint_url,
        "AWS_ACCESS_KEY_ID": access_key(aws.account),
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": aws.region,
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.fixture
def session(environment: dict[str, str]) -> Session:
    return configure({"region": environment["AWS_REGION"], "defaultTags": {"tags": {"owner": "platform"}}}, environment)


@pytest.fixture
def provider(session: Session) -> Provider:
    return Provider(session)
