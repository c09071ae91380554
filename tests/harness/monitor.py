"""A monitor that records what Pulumi's own mocks hide, and refuses what they let pass."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pulumi import AssetArchive, FileAsset
from pulumi.runtime import rpc
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks

from tests.harness.computed import COMPUTED, answer


@dataclass(frozen=True, kw_only=True)
class Registered:
    """One resource as the program asked for it."""

    type: str
    name: str
    parent: str
    """`type name` of the parent, empty at the top."""
    inputs: dict[str, Any]
    protect: bool
    retain_on_delete: bool
    delete_before_replace: bool
    ignore_changes: tuple[str, ...]
    provider: str
    custom: bool
    urn: str
    dependencies: tuple[str, ...]
    references: dict[str, tuple[str, ...]]
    """By input: URNs of the resources that its value was made of."""


class _Answers(Mocks):
    def __init__(self, account: str, refuse: Callable[[str], None]) -> None:
        self._account = account
        self._refuse = refuse

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        if not args.custom:
            return None, args.inputs
        if args.typ not in COMPUTED:
            self._refuse(f"The harness does not list type {args.typ} (of {args.name}); is it meant to be used?")
            return f"{args.name}-id", args.inputs
        return f"{args.name}-id", {**args.inputs, **COMPUTED[args.typ](args.name, args.inputs, self._account)}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        result = answer(args.token, args.args, self._account)
        if result is None:
            self._refuse(f"The harness does not know invoke {args.token}; is it meant to be asked?")
        return result or {}, []


class StrictMonitor(MockMonitor):
    """Records registrations in order; refuses duplicate URNs, unlisted types and unknown invokes."""

    def __init__(self, account: str) -> None:
        super().__init__(_Answers(account, self._refuse))
        self.registered: list[Registered] = []
        self.violations: list[str] = []
        self._lock = threading.Lock()

    def RegisterResource(self, request: Any) -> Any:
        """Record and check one registration."""
        urn = self.make_urn(request.parent, request.type, request.name)
        if request.type != "pulumi:pulumi:Stack":
            with self._lock:
                if any(resource.urn == urn for resource in self.registered):
                    self._refuse(f"Two resources have the URN {urn}.")
                self.registered.append(_recorded(request, urn))
        return super().RegisterResource(request)

    def _refuse(self, why: str) -> None:
        # Not raised: Pulumi would print it once for every resource that waits; `deploy` says it once, at the end.
        self.violations.append(why)


def _plain(value: Any) -> Any:
    """Return an archive as its files' paths, which compare; anything else as it is."""
    if isinstance(value, AssetArchive):
        return {name: asset.path for name, asset in value.assets.items() if isinstance(asset, FileAsset)}
    return value


def _recorded(request: Any, urn: str) -> Registered:
    parent = request.parent.split("::")
    of_stack = not request.parent or parent[2] == "pulumi:pulumi:Stack"
    return Registered(
        type=request.type,
        name=request.name,
        parent="" if of_stack else f"{parent[2].split('$')[-1]} {parent[3]}",
        inputs={
            key: _plain(rpc.unwrap_rpc_secret(value))
            for key, value in rpc.deserialize_properties(request.object).items()
        },
        protect=request.protect,
        retain_on_delete=request.retainOnDelete,
        delete_before_replace=request.deleteBeforeReplace,
        ignore_changes=tuple(request.ignoreChanges),
        provider=request.provider.split("::")[3] if request.provider else "",
        custom=request.custom,
        urn=urn,
        dependencies=tuple(dependency.split("::")[-1] for dependency in request.dependencies),
        references={key: tuple(made_of.urns) for key, made_of in request.propertyDependencies.items()},
    )
