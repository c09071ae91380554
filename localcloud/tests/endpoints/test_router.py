import threading
from types import SimpleNamespace
from typing import Any

import pytest

from localcloud.sagemaker.endpoints.router import NoInstanceError, Router, Target


class Fleet:
    """Stands for a fleet: instances that serve, by name."""

    def __init__(self, variant: str, *names: str) -> None:
        self.spec = SimpleNamespace(variant=variant)
        self.all = [SimpleNamespace(id=name, in_flight=0) for name in names]
        self._turn = 0

    def serving(self) -> list[Any]:
        return list(self.all)

    def next_turn(self) -> int:
        self._turn += 1
        return self._turn


def target(fleet: Fleet, weight: float = 1.0, active: int = 9) -> Target:
    return Target(fleet, weight, active)  # pyright: ignore[reportArgumentType]


def take(router: Router, count: int, variant: str | None = None) -> list[str]:
    names = []
    for _ in range(count):
        with router.borrow(variant) as chosen:
            names.append(chosen.instance.id)
    return names


def test_shares_are_exact_over_a_short_run() -> None:
    router = Router()
    router.switch([target(Fleet("live", "old"), 0.75), target(Fleet("live", "new"), 0.25)])
    assert take(router, 8).count("new") == 2


def test_requests_go_round_the_active_instances_only() -> None:
    router = Router()
    router.switch([target(Fleet("live", "a", "b", "c"), active=2)])
    assert sorted(take(router, 4)) == ["a", "a", "b", "b"]


def test_a_share_without_instances_falls_to_the_others() -> None:
    router = Router()
    router.switch([target(Fleet("live", "old"), 0.5), target(Fleet("live"), 0.5)])
    assert set(take(router, 4)) == {"old"}


def test_a_variant_of_weight_zero_is_served_when_named_only() -> None:
    router = Router()
    router.switch([target(Fleet("a", "one"), 1.0), target(Fleet("b", "two"), 0.0)])
    assert set(take(router, 4)) == {"one"}
    assert take(router, 1, "b") == ["two"]


def test_without_an_instance_the_service_is_unavailable() -> None:
    with pytest.raises(NoInstanceError, match="No instance of the endpoint can serve") as caught, Router().borrow():
        pass
    assert (caught.value.code, caught.value.status) == ("ServiceUnavailable", 503)


@pytest.mark.parametrize(("share", "copies"), [(1.0, 10), (0.5, 5), (0.1, 1), (0.0, 0)])
def test_a_shadow_gets_exactly_its_share_of_copies(share: float, copies: int) -> None:
    router, mirror = Router(), target(Fleet("tried", "a", "b"), share)
    chosen = [router.borrow_mirror(mirror) for _ in range(10)]
    assert len([copy for copy in chosen if copy]) == copies


def test_copies_go_round_and_count_as_busy_until_they_end() -> None:
    router, mirror = Router(), target(Fleet("tried", "a", "b"))
    copies = [copy for copy in (router.borrow_mirror(mirror), router.borrow_mirror(mirror)) if copy]
    assert sorted(copy.instance.id for copy in copies) == ["a", "b"]
    instances = [copy.instance for copy in copies]
    assert not router.drain(instances, 0.0, threading.Event())
    for copy in copies:
        router.give_back(copy)
    assert router.drain(instances, 0.0, threading.Event())


def test_a_shadow_without_instances_gets_no_copy() -> None:
    assert Router().borrow_mirror(target(Fleet("tried"))) is None


def test_active_instances_are_counted_by_variant_over_both_fleets_and_once() -> None:
    router, shadow = Router(), target(Fleet("tried", "s"))
    old, new = target(Fleet("live", "a", "b"), 0.5), target(Fleet("live", "c", "d"), 0.5, active=1)
    old.mirror = new.mirror = shadow
    router.switch([old, new])
    assert (router.active("live"), router.active("tried"), router.active("other")) == (3, 1, 0)


def test_draining_waits_for_the_last_request_and_takes_no_new_one() -> None:
    router, old, new = Router(), Fleet("live", "old"), Fleet("live", "new")
    router.switch([target(old)])
    borrowed, release, drained = threading.Event(), threading.Event(), threading.Event()

    def request() -> None:
        with router.borrow():
            borrowed.set()
            release.wait(10)

    def drain() -> None:
        assert router.drain(old.all, 10, threading.Event())
        drained.set()

    threads = [threading.Thread(target=request), threading.Thread(target=drain)]
    threads[0].start()
    assert borrowed.wait(10)
    router.switch([target(new)])
    threads[1].start()
    assert take(router, 2) == ["new", "new"]
    assert not drained.is_set()
    release.set()
    assert drained.wait(10)
    for thread in threads:
        thread.join()


def test_draining_gives_up_at_its_limit() -> None:
    router, fleet = Router(), Fleet("live", "old")
    router.switch([target(fleet)])
    with router.borrow():
        assert not router.drain(fleet.all, 0.0, threading.Event())
