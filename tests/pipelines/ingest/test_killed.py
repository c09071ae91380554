"""Ingest as a real process on a real PostgreSQL, killed: what it leaves neither loses nor doubles a row."""

import random
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.pipelines.ingest.conftest import Shop

KILLED = str(Path(__file__).with_name("killed.py"))


@pytest.mark.parametrize(("write", "when"), [(1, "before"), (1, "after"), (2, "before"), (2, "after")])
def test_killed_at_each_of_its_writes_it_goes_on_where_it_was(write: int, when: str, shop: Shop) -> None:
    shop.sell(3_000)
    assert shop.ingest().returncode == 0
    shop.sell(500)
    assert shop.ingest(script=(KILLED, str(write), when)).returncode == -signal.SIGKILL
    shop.sell(500)
    done = shop.ingest()
    assert done.returncode == 0, done.stderr
    assert shop.ingested() == shop.sold()
    assert shop.told()["rows"] == 4_000


def test_killed_at_any_moment_again_and_again_it_ends_with_every_row_once(shop: Shop) -> None:
    moments = random.Random(7)
    shop.sell(5_000)
    start = time.monotonic()
    assert shop.ingest().returncode == 0
    whole = time.monotonic() - start
    ended = list[int]()
    for _ in range(8):
        shop.sell(400)
        process = subprocess.Popen(
            shop.command(), env=shop.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            ended.append(process.wait(timeout=moments.uniform(0.2, 1.1) * whole))
        except subprocess.TimeoutExpired:
            process.kill()
            ended.append(process.wait())
    assert -signal.SIGKILL in ended
    done = shop.ingest()
    assert done.returncode == 0, done.stderr
    assert shop.ingested() == shop.sold()


def test_two_at_once_end_with_every_row_once(shop: Shop) -> None:
    shop.sell(3_000)
    both = [subprocess.Popen(shop.command(), env=shop.environment, stdout=subprocess.DEVNULL) for _ in range(2)]
    assert [process.wait() for process in both] == [0, 0]
    assert shop.ingest().returncode == 0
    assert shop.ingested() == shop.sold()
