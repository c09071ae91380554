"""Copies of requests for shadow variants: the caller neither waits for their answers nor sees them.

AWS's guide ("Safely validate models in production"): a portion of the requests to the production variant is replicated
to the shadow variant, whose responses are logged and not returned.
"""

import logging
import threading
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

from localcloud.sagemaker.endpoints.bookkeeping import count, keep
from localcloud.sagemaker.endpoints.capture import Capture
from localcloud.sagemaker.endpoints.forwarding import BROKEN, Reply, forward, no_answer
from localcloud.sagemaker.endpoints.host import EndpointHost
from localcloud.sagemaker.endpoints.invocation_metrics import InvocationMetrics
from localcloud.sagemaker.endpoints.router import Borrowed, Target

log = logging.getLogger(__name__)

_THREADS = 16
# A shadow that hangs must not fill the memory: what comes beyond these is not copied.
_MOST_UNDER_WAY = 64


class Mirroring:
    """Sends the copies of all endpoints of a cloud from threads of its own."""

    def __init__(self, metrics: InvocationMetrics, capture: Capture) -> None:
        self._metrics = metrics
        self._capture = capture
        self._room = threading.BoundedSemaphore(_MOST_UNDER_WAY)
        self._threads = ThreadPoolExecutor(_THREADS, "endpoint-shadow")

    def copy(self, host: EndpointHost, target: Target, given: Mapping[str, str], body: bytes) -> None:
        """Let the shadow of `target` have a copy of a request, if it has one and the request is in its share.

        Args:
            host: the endpoint.
            target: the target that served the request.
            given: the client's headers, of which the shadow gets those that the production variant got.
            body: the request's.
        """
        if target.mirror is None or not self._room.acquire(blocking=False):
            return
        chosen = host.router.borrow_mirror(target.mirror)
        if chosen is None:
            self._room.release()
            return
        self._threads.submit(self._send, host, chosen, given, body, time.perf_counter())

    def close(self) -> None:
        """Begin no more copies; those under way end with their instances."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _send(
        self, host: EndpointHost, chosen: Borrowed, given: Mapping[str, str], body: bytes, accepted: float
    ) -> None:
        try:
            reply = _reply(chosen, given, body)
            count(self._metrics, host, reply, time.perf_counter() - accepted)
            keep(self._capture, host, given, body, reply)
        except Exception:
            log.exception("endpoint %s: a copy for its shadow was lost", host.record.name)
        finally:
            self._room.release()
            host.router.give_back(chosen)


def _reply(chosen: Borrowed, given: Mapping[str, str], body: bytes) -> Reply:
    began = time.perf_counter()
    try:
        return forward(chosen, given, body)
    except BROKEN:
        pass
    try:
        return forward(chosen, given, body)
    except BROKEN as error:
        return no_answer(chosen, began, str(error))
