from dataclasses import replace

from trainyard.release.observe import ConfigState, live_by
from trainyard.release.record import Live, LivePointer

LIVE = Live(version="3", model_package_arn="a", endpoint_config_name="shop-dev-3", model_name="shop-dev-3")
POINTER = LivePointer(current=LIVE, previous=None)
COPY = ConfigState(
    name="shop-dev-shadow",
    variant_name="live",
    model_name="shop-dev-3",
    instance_type="ml.m5.large",
    instance_count=2,
    shadowed=True,
)


def test_what_is_live_stays_live_beside_a_shadow() -> None:
    assert live_by(POINTER, COPY) == LIVE


def test_a_config_without_a_shadow_is_known_by_its_name_only() -> None:
    assert live_by(POINTER, replace(COPY, shadowed=False)).version == "baseline"


def test_a_shadow_beside_another_model_is_not_beside_what_the_pointer_says() -> None:
    assert live_by(POINTER, replace(COPY, model_name="somebody's")).version == "baseline"
