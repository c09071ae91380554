"""Customers who ask while the demonstration goes on: open-loop, so that a slow answer delays nobody else."""

import json
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError


@dataclass
class Tally:
    """What became of the requests so far."""

    sent: int = 0
    failed: int = 0
    versions: Counter[str] = field(default_factory=Counter[str])
    failures: list[str] = field(default_factory=list[str])
    slowest_seconds: float = 0.0


class Traffic:
    """Sends requests to an endpoint at a steady rate until it is closed; use as a context manager.

    Args:
        runtime: a `sagemaker-runtime` client, whose own retries should be off: a retry would hide a failed request.
        endpoint: the endpoint's name.
        customers: ids to draw from.
        rate: requests per second.
    """

    def __init__(self, runtime: Any, endpoint: str, customers: Sequence[int], rate: float = 8.0) -> None:
        self._runtime = runtime
        self._endpoint = endpoint
        self._customers = customers
        self._rate = rate
        self._random = random.Random(7)
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(max_workers=64, thread_name_prefix="customer")
        self._thread = threading.Thread(target=self._send_all, name="traffic", daemon=True)
        self.tally = Tally()

    def __enter__(self) -> "Traffic":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        self._pool.shutdown(wait=True)

    def _send_all(self) -> None:
        due = time.monotonic()
        while not self._stop.wait(max(0.0, due - time.monotonic())):
            due += 1 / self._rate
            self._pool.submit(self._send_one, self._random.choice(self._customers)).add_done_callback(_raise)

    def _send_one(self, customer: int) -> None:
        started = time.monotonic()
        version, failure = "", ""
        try:
            answer = self._runtime.invoke_endpoint(
                EndpointName=self._endpoint, ContentType="application/json", Body=json.dumps({"customers": [customer]})
            )
            version = str(json.loads(answer["Body"].read())["model_version"])
        except (ClientError, BotoCoreError, ValueError, KeyError) as error:
            failure = f"{type(error).__name__}: {error}"
        with self._lock:
            self.tally.sent += 1
            self.tally.slowest_seconds = max(self.tally.slowest_seconds, time.monotonic() - started)
            if failure:
                self.tally.failed += 1
                self.tally.failures.append(failure)
            else:
                self.tally.versions[version] += 1


def _raise(done: Future[None]) -> None:
    # A mistake in this module must not pass for a quiet endpoint.
    if error := done.exception():
        threading.excepthook(threading.ExceptHookArgs((type(error), error, error.__traceback__, None)))
