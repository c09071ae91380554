"""The executable `pulumi-resource-aws`: serves the plugin protocol on a free port and prints it for the engine."""

import faulthandler
import importlib.util
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

_LARGEST_MESSAGE = 400 * 1024 * 1024
"""What the engine itself allows; states with large documents pass the default of 4 MiB."""
_LOOK_SECONDS = 1.0
_THREADS = 64
"""The engine runs as many operations at once as it likes; each holds a thread while its call to the cloud runs."""


def main() -> None:
    """Serve until the engine, our parent, ends."""
    engine = os.getppid()
    faulthandler.enable()  # the engine shows what a plugin that crashed wrote
    _leave_sdk_unloaded()
    import grpc
    from pulumi.runtime.proto import provider_pb2_grpc

    from localcloud.provider.servicer import Servicer

    options = [("grpc.max_receive_message_length", _LARGEST_MESSAGE), ("grpc.max_send_message_length", -1)]
    server = grpc.server(ThreadPoolExecutor(_THREADS), options=options)
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Servicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        _serve_while(engine, server)
    server.stop(grace=None)


def _serve_while(engine: int, server: Any) -> None:
    """Return once the server has stopped, or the engine is not our parent any more: one that is killed says nothing."""
    while server.wait_for_termination(timeout=_LOOK_SECONDS) and os.getppid() == engine:
        continue


def _leave_sdk_unloaded() -> None:
    """Let `pulumi.runtime.proto` be imported without the SDK above it.

    A plugin needs the generated messages only. The SDK's own imports cost a second, and the engine starts a process for
    each provider of the program, in every preview and every update.
    """
    found = importlib.util.find_spec("pulumi")
    if found is None or found.origin is None or "pulumi" in sys.modules:
        return
    folder = Path(found.origin).parent
    for name, place in (("pulumi", folder), ("pulumi.runtime", folder / "runtime")):
        package = ModuleType(name)
        package.__path__ = [str(place)]
        sys.modules[name] = package


if __name__ == "__main__":
    main()
