from types import SimpleNamespace
from typing import Any

from localcloud.sagemaker.endpoints.side import Side
from localcloud.sagemaker.endpoints.variants import VariantTarget

CONFIG = {"ProductionVariants": [{"VariantName": "live"}], "ShadowProductionVariants": [{"VariantName": "tried"}]}


class Fleet:
    """Stands for a fleet: gives up its newest instances by name."""

    def __init__(self, variant: str, *names: str) -> None:
        self.spec = SimpleNamespace(variant=variant)
        self.names = list(names)

    @property
    def desired(self) -> int:
        return len(self.names)

    def scale(self, count: int) -> list[str]:
        surplus, self.names = self.names[count:], self.names[:count]
        self.names += [f"more-{number}" for number in range(len(self.names), count)]
        return surplus


def side(*, stranded: tuple[str, ...] = (), live: float = 1.0, tried: float = 0.5) -> Side:
    fleets: Any = {"live": Fleet("live", "a", "b"), "tried": Fleet("tried", "s")}
    other: Any = {"live": Fleet("live", *stranded)} if stranded else {}
    targets = {"live": VariantTarget(count=2, weight=live), "tried": VariantTarget(count=1, weight=tried)}
    return Side(config=CONFIG, targets=targets, fleets=fleets, stranded=other)


def test_shadows_answer_nothing_and_are_not_counted() -> None:
    assert side().production == ["live"]
    assert side().counts() == {"live": 2}


def test_traffic_is_split_between_own_and_stranded_instances_by_their_number() -> None:
    mixed = side(stranded=("x",))
    assert [target.weight for target in mixed.shares("live", 0.9, 3)] == [0.6, 0.3]
    assert mixed.shares("other", 1.0, 1) == []


def test_stranded_instances_go_first() -> None:
    mixed = side(stranded=("x", "y"))
    assert mixed.shrink({"live": 3}) == ["y"]
    assert mixed.shrink({"live": 1}) == ["x", "b"]
    assert mixed.shrink({"live": 1}) == []


def test_what_is_missing_is_launched_with_the_sides_own_configuration() -> None:
    mixed = side(stranded=("x",))
    mixed.grow({"live": 5})
    assert (mixed.fleets["live"].desired, mixed.stranded["live"].desired) == (4, 1)
    mixed.grow({"live": 1})
    assert mixed.counts() == {"live": 5}


def test_the_share_that_is_copied_is_the_shadows_weight_against_productions() -> None:
    (target,) = side(live=2.0, tried=0.5).shares("live", 1.0, 2)
    assert target.mirror is not None
    assert (target.mirror.variant, target.mirror.weight) == ("tried", 0.25)


def test_a_production_variant_without_weight_is_not_copied() -> None:
    (target,) = side(live=0.0).shares("live", 0.0, 2)
    assert target.mirror is not None
    assert target.mirror.weight == 0.0
