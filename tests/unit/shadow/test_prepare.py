from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.unit.release.control_plane import Faults, World
from trainyard.errors import UsageError
from trainyard.shadow.prepare import Wish, look

WISH = Wish(version=4, percent=20, instances=1, started_by="ana")
SERVICE: Any = SimpleNamespace(name="shop", endpoint_name="shop-dev")
NOBODY: Any = None


def look_at(world: World) -> None:
    look(NOBODY, SERVICE, world.clients(Faults()), NOBODY, WISH, datetime.now(UTC))


def test_without_an_endpoint_there_is_nothing_to_copy() -> None:
    world = World()
    world.endpoints.clear()
    with pytest.raises(UsageError, match="Endpoint shop-dev does not exist, so there are no requests to copy"):
        look_at(world)


def test_a_shadow_that_somebody_else_started_is_left_alone() -> None:
    world = World()
    world.configs["bootstrap"]["ShadowProductionVariants"] = [{"VariantName": "theirs"}]
    with pytest.raises(UsageError, match="bootstrap has a shadow variant that Trainyard did not start"):
        look_at(world)
