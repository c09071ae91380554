"""Takes an endpoint out of the world: no new requests, the last ones served, the processes ended."""

from collections.abc import Callable

from localcloud.sagemaker.endpoints.host import EndpointHost


class Deletion:
    """A task of the endpoint's thread, and its last one; `forget` takes the host from the list of endpoints."""

    def __init__(self, host: EndpointHost, forget: Callable[[EndpointHost], None]) -> None:
        self._host = host
        self._forget = forget

    def tick(self) -> bool:
        """Delete in one step: nothing else can happen to the endpoint any more."""
        self._host.router.switch(())
        self._host.retire(self._host.live)
        self._host.fleets, self._host.stranded = {}, {}
        self._host.record.remove()
        self._forget(self._host)
        return True
