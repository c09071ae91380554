from collections.abc import Iterator

import pytest

from localcloud.testing import running_cloud

from .world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    # A minute is half a second.
    with running_cloud(tmp_path_factory.mktemp("cloud"), speed=120) as aws:
        yield World(aws)
