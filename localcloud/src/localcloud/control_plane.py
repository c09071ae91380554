"""moto behind one lock and one journal: everything of AWS that this project does not serve itself.

moto keeps its state in process-wide dictionaries and is not thread-safe, so requests run one at a time. What changes
state is journaled first and runs with moto's random source seeded by its sequence number; a start replays the journal
under the recorded times, so that ids, ARNs and timestamps are the same as before.
"""

import io
import json
import logging
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import time_machine
from werkzeug.test import run_wsgi_app

from localcloud.aws_request import AwsRequest
from localcloud.journal import Entry, Journal

log = logging.getLogger(__name__)

_LONG_POLL_STEP_SECONDS = 0.1


@dataclass(frozen=True)
class Answer:
    """An HTTP answer."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes


class ControlPlane:
    """moto's state of this process, rebuilt from a journal. There can be only one a process."""

    def __init__(self, journal: Journal) -> None:
        from localcloud import moto_setup  # configures moto before its first import
        from localcloud.refusals import check

        self._journal = journal
        self._check = check
        self._application = moto_setup.application()
        self._random = moto_setup.random_source()
        self._reset = moto_setup.reset
        self.lock = threading.RLock()
        """Held while moto works; hold it to read moto's backends directly."""

    def restore(self) -> tuple[int, list[str]]:
        """Forget moto's state, replay the journal, and return how many requests were replayed and what went wrong."""
        self._reset()
        count, problems = 0, []
        with self.lock, time_machine.travel(0, tick=False) as clock:
            for entry in self._journal.replay():
                clock.move_to(entry.at)
                answer = self._execute(entry.variables, entry.body, seed=entry.sequence)
                count += 1
                if answer.status >= 500:
                    problems.append(f"request {entry.sequence} could not be replayed: {answer.body[:200]!r}")
        return count, problems

    def serve(self, request: AwsRequest) -> Answer:
        """Execute one request in moto, journaling it first if it may change state.

        Raises:
            AwsError: AWS refuses the request, and moto would not.
        """
        if request.operation == "ReceiveMessage" and request.service == "sqs":
            return self._receive(request)
        with self.lock:
            self._check(request)
            if not request.changes_state:
                return self._execute(request.variables, request.body, seed=None)
            entry = self._entry(request)
            self._journal.append(entry)
            return self._execute(entry.variables, entry.body, seed=entry.sequence)

    def close(self) -> None:
        """Forget moto's state and close the journal."""
        with self.lock:
            self._reset()
            self._journal.close()

    def _entry(self, request: AwsRequest) -> Entry:
        return Entry(
            sequence=self._journal.sequence + 1, at=time.time(), variables=request.variables, body=request.body
        )

    def _receive(self, request: AwsRequest) -> Answer:
        """Poll a queue without holding the lock between looks; journal only a look that found something.

        An empty look changes nothing, and a consumer that polls would fill the journal with them.
        """
        seconds, body = _without_wait(request.body)
        variables = {**request.variables, "CONTENT_LENGTH": str(len(body))}
        deadline = time.monotonic() + seconds
        while True:
            with self.lock:
                sequence = self._journal.sequence + 1
                now = time.time()
                answer = self._execute(variables, body, seed=sequence)
                if answer.status != 200 or b"ReceiptHandle" in answer.body:
                    self._journal.append(Entry(sequence=sequence, at=now, variables=variables, body=body))
                    return answer
            if time.monotonic() >= deadline:
                return answer
            time.sleep(_LONG_POLL_STEP_SECONDS)

    def _execute(self, variables: dict[str, Any], body: bytes, *, seed: int | None) -> Answer:
        if seed is not None:
            self._random.seed(seed)
        environ = {**variables, "wsgi.input": io.BytesIO(body), "wsgi.errors": io.StringIO(), **_WSGI}
        try:
            chunks, status, headers = run_wsgi_app(self._application, environ, buffered=True)
            return Answer(int(status.split(" ", 1)[0]), list(headers.items()), _joined(chunks))
        except Exception as error:  # moto raises on what it does not implement; a client must get an answer
            log.exception("moto failed on %s %s", variables.get("REQUEST_METHOD"), variables.get("PATH_INFO"))
            text = json.dumps({"__type": "InternalFailure", "message": f"{type(error).__name__}: {error}"})
            return Answer(500, [("Content-Type", "application/json")], text.encode())


_WSGI = {"wsgi.version": (1, 0), "wsgi.multithread": False, "wsgi.multiprocess": False, "wsgi.run_once": False}


def _joined(chunks: Iterable[bytes]) -> bytes:
    return b"".join(chunks)


def _without_wait(body: bytes) -> tuple[float, bytes]:
    """Return the wait a JSON ReceiveMessage asks for, and the same request without it."""
    try:
        parameters = json.loads(body)
    except ValueError:
        return 0.0, body
    seconds = float(parameters.get("WaitTimeSeconds") or 0)
    return seconds, json.dumps({**parameters, "WaitTimeSeconds": 0}).encode()
