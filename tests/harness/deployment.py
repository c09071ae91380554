"""`deploy`: run a program against the strict monitor and hand back what it declared."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pulumi
from pulumi.runtime import set_all_config
from pulumi.runtime.mocks import set_mocks
from pulumi.runtime.settings import get_root_resource, set_root_resource
from pulumi.runtime.stack import run_pulumi_func
from pulumi.runtime.sync_await import _sync_await

from tests.harness.computed import ACCOUNT
from tests.harness.monitor import Registered, StrictMonitor


@dataclass(frozen=True)
class Deployment:
    """What a program declared and exported."""

    resources: list[Registered]
    exports: dict[str, Any]

    def of_type(self, token: str) -> list[Registered]:
        """Return the resources of a type, by the end of its token: `Bucket` or `s3/bucket:Bucket`."""
        return [found for found in self.resources if found.type == token or found.type.endswith(f":{token}")]

    def one(self, token: str) -> Registered:
        """Return the only resource of a type."""
        found = self.of_type(token)
        assert len(found) == 1, f"{len(found)} resources of type {token}: {[resource.name for resource in found]}"
        return found[0]

    def named(self, name: str) -> Registered:
        """Return the resource with a logical name."""
        found = [resource for resource in self.resources if resource.name == name]
        assert len(found) == 1, (
            f"{len(found)} resources are called {name}; all: {[each.name for each in self.resources]}"
        )
        return found[0]

    def children(self, name: str) -> list[Registered]:
        """Return the direct children of the component with a logical name."""
        parent = self.named(name)
        return [found for found in self.resources if found.parent == f"{parent.type} {name}"]

    def outline(self) -> list[str]:
        """Return `type name parent` of every resource, sorted: stable, and readable in a diff."""
        return sorted(f"{found.type} {found.name} < {found.parent or 'stack'}" for found in self.resources)


def deploy(
    program: Callable[[], object], *, stack: str = "dev", account: str = ACCOUNT, config: dict[str, str] | None = None
) -> Deployment:
    """Run `program` as Pulumi would.

    Args:
        program: declares resources and exports; what it raises is raised here.
        stack: the selected stack's name.
        account: whose credentials the caller has.
        config: Pulumi's configuration, by full key.

    Raises:
        AssertionError: it declared nothing, declared the same twice, or used a type or an invoke that is not listed.
    """
    set_root_resource(None)  # else exports leak from one test to the next
    set_all_config(config or {})
    monitor = StrictMonitor(account)
    set_mocks(monitor.mocks, project="trainyard", stack=stack, preview=False, monitor=monitor)
    exports: dict[str, Any] = {}
    raised: list[BaseException] = []

    async def main() -> None:
        try:
            program()
        except Exception as error:
            raised.append(error)
            return
        for name, value in dict(get_root_resource().outputs).items():
            exports[name] = await pulumi.Output.from_input(value).future()

    try:
        _sync_await(run_pulumi_func(main))
    except Exception as error:
        if not raised and not monitor.violations:
            raise
        del error  # what follows says it in one line instead of thousands
    if monitor.violations:
        raise AssertionError(monitor.violations[0])
    if raised:
        raise raised[0]
    assert monitor.registered, "The program declared no resource."
    return Deployment(sorted(monitor.registered, key=lambda found: found.urn), exports)
