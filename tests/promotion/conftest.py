from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from localcloud.testing import CloudUnderTest, running_cloud
from tests.promotion.world import ARCHIVE, World

_NUMBERS = count(1)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CloudUnderTest]:
    with running_cloud(tmp_path_factory.mktemp("promotion")) as running:
        yield running


@pytest.fixture
def worlds(cloud: CloudUnderTest, tmp_path: Path) -> Callable[[bytes], World]:
    """Make two environments with a version in the first, which nobody has released yet."""

    def make(content: bytes) -> World:
        made = World(cloud, f"shop-{next(_NUMBERS)}", tmp_path, content)
        for side in (made.source, made.target):
            made.bring_up(side)
        made.register()
        return made

    return make


@pytest.fixture
def world(worlds: Callable[[bytes], World]) -> World:
    return worlds(ARCHIVE)
