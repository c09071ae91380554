import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from urllib3.exceptions import ProtocolError

from localcloud.sagemaker.endpoints import mirroring
from localcloud.sagemaker.endpoints.forwarding import Reply
from localcloud.sagemaker.endpoints.mirroring import Mirroring


class Host:
    """Stands for an endpoint whose shadow takes every copy."""

    def __init__(self) -> None:
        self.router = self
        self.record = SimpleNamespace(scope=None, name="shop")
        self.taken = 0
        self.given_back = 0

    def borrow_mirror(self, mirror: Any) -> Any:
        self.taken += 1
        fleet = SimpleNamespace(spec=SimpleNamespace(variant="tried", config_name="both", capture=None))
        return SimpleNamespace(target=SimpleNamespace(fleet=fleet, variant="tried"))

    def give_back(self, chosen: Any) -> None:
        self.given_back += 1

    def active(self, variant: str) -> int:
        return 1


class Copies:
    """A Mirroring whose shadow answers as the test says; `counted` are the statuses that became metrics."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, answer: Callable[[Any], Reply]) -> None:
        monkeypatch.setattr(mirroring, "forward", lambda chosen, given, body: answer(chosen))
        self.counted: list[int] = []
        self.host: Any = Host()
        metrics: Any = SimpleNamespace(record=lambda invocation: self.counted.append(invocation.status))
        self._mirroring = Mirroring(metrics, SimpleNamespace())  # pyright: ignore[reportArgumentType]

    def send(self, count: int = 1, *, mirror: Any = True) -> None:
        for _ in range(count):
            self._mirroring.copy(self.host, SimpleNamespace(mirror=mirror), {}, b"{}")  # pyright: ignore[reportArgumentType]

    def until(self, reached: Callable[[], bool]) -> None:
        deadline = time.monotonic() + 20
        while not reached():
            assert time.monotonic() < deadline
            time.sleep(0.01)


def good(chosen: Any) -> Reply:
    return Reply(chosen=chosen, status=200, headers={}, body=b"{}", model_seconds=0.0)


def test_a_shadow_that_hangs_gets_only_so_many_copies_and_goes_on_when_it_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mirroring, "_MOST_UNDER_WAY", 3)
    answered = threading.Event()

    def slow(chosen: Any) -> Reply:
        answered.wait(20)
        return good(chosen)

    copies = Copies(monkeypatch, slow)
    copies.send(5)
    assert copies.host.taken == 3
    answered.set()
    copies.until(lambda: copies.host.given_back == 3)
    copies.send(2)
    copies.until(lambda: copies.counted == [200] * 5)


def test_a_connection_that_broke_is_tried_again_once_and_then_counts_as_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    tries: list[int] = []

    def breaks(chosen: Any) -> Reply:
        tries.append(1)
        if len(tries) != 2:
            raise ProtocolError("closed")
        return good(chosen)

    copies = Copies(monkeypatch, breaks)
    copies.send()
    copies.until(lambda: copies.counted == [200])
    copies.send()
    copies.until(lambda: copies.counted == [200, 500])


def test_an_instance_is_given_back_whatever_happens_to_its_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(chosen: Any) -> Reply:
        raise RuntimeError("unforeseen")

    copies = Copies(monkeypatch, fails)
    copies.send()
    copies.until(lambda: copies.host.given_back == 1)
    assert copies.counted == []


def test_without_a_shadow_nothing_is_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copies = Copies(monkeypatch, good)
    copies.send(mirror=None)
    assert copies.host.taken == 0
