from collections.abc import Iterator

import pytest

from tests.unit.ci.github_server import GitHub, serve


@pytest.fixture
def github() -> Iterator[GitHub]:
    with serve() as running:
        yield running
