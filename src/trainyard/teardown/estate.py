"""What Pulumi's state holds of an environment, what of it stays at a destroy, and why. Pure.

Protected resources stay, and with them what they depend on: that much `pulumi destroy --exclude-protected` does. It
would take away what nothing depends on but what makes a protected resource safe or useful, such as the policy, the
versioning and the public-access block of a protected bucket, or the scaling of a protected endpoint. So a component
that has a protected child stays whole.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from trainyard.sweep import Thing
from trainyard.teardown.adoption import Unfinished

_STACK = "pulumi:pulumi:Stack"
_PROVIDER = "pulumi:providers:"

_THINGS: dict[str, tuple[str, Callable[["Item"], str]]] = {
    "aws:sagemaker/endpoint:Endpoint": ("Endpoint", lambda item: item.id),
    "aws:sagemaker/endpointConfiguration:EndpointConfiguration": ("EndpointConfig", lambda item: item.id),
    "aws:sagemaker/model:Model": ("Model", lambda item: item.id),
    "aws:sagemaker/pipeline:Pipeline": ("Pipeline", lambda item: item.id),
    "aws:cloudwatch/metricAlarm:MetricAlarm": ("Alarm", lambda item: item.id),
    "aws:cloudwatch/logGroup:LogGroup": ("LogGroup", lambda item: item.id),
    "aws:cloudwatch/eventRule:EventRule": ("EventRule", lambda item: item.id),
    "aws:appautoscaling/target:Target": ("ScalableTarget", lambda item: str(item.outputs.get("resourceId", item.id))),
}
"""Type to the sweep's kind and name: so that a sweep never takes what the state holds."""

_ATTACHED = ("aws:sns/topicPolicy:TopicPolicy", "aws:sns/topicSubscription:TopicSubscription")
"""What would leave a topic that stays, for the alarms of a protected endpoint, without its readers."""


@dataclass(frozen=True, kw_only=True)
class Item:
    """One resource of the state."""

    urn: str
    type: str
    id: str
    custom: bool
    protect: bool
    retain: bool
    parent: str
    needs: frozenset[str]
    """URNs of what it depends on: its parent and its provider too."""
    outputs: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The logical name."""
        return self.urn.rsplit("::", 1)[1]

    @property
    def thing(self) -> Thing | None:
        """The resource as a sweep would see it."""
        kind = _THINGS.get(self.type)
        return Thing(kind[0], kind[1](self)) if kind else None


@dataclass(frozen=True)
class Estate:
    """The resources of one stack."""

    items: tuple[Item, ...]
    unfinished: tuple[Unfinished, ...] = ()
    """What an engine that was killed had begun to create."""

    @classmethod
    def read(cls, exported: Mapping[str, Any]) -> "Estate":
        """Return what `pulumi stack export` says."""
        deployment = exported.get("deployment") or {}
        pending = (one for one in deployment.get("pending_operations") or () if one["type"] == "creating")
        return cls(
            tuple(_item(row) for row in deployment.get("resources") or ()),
            tuple(_unfinished(one["resource"]) for one in pending if one["resource"].get("custom")),
        )

    @cached_property
    def protected(self) -> tuple[Item, ...]:
        """What refuses to be deleted."""
        return tuple(item for item in self.items if item.protect)

    @cached_property
    def stays(self) -> frozenset[str]:
        """URNs of all that stays beside it and under it."""
        whole = {item.parent for item in self.protected} - {item.urn for item in self.items if item.type == _STACK}
        kept = {item.urn for item in self.protected}
        kept |= {item.urn for item in self.items if whole & set(self._ancestors(item))}
        kept = self._with_needs(kept)
        attached = {item.urn for item in self.items if item.type in _ATTACHED and item.needs <= kept}
        return frozenset(kept | attached)

    @cached_property
    def goes(self) -> tuple[Item, ...]:
        """The real resources that a destroy deletes, or forgets where they are retained."""
        return tuple(item for item in self.items if item.custom and not self._is_plumbing(item) and self._leaves(item))

    @cached_property
    def kept(self) -> tuple[Item, ...]:
        """The real resources that stay."""
        return tuple(
            item for item in self.items if item.custom and not self._is_plumbing(item) and not self._leaves(item)
        )

    def of_type(self, token: str) -> list[Item]:
        """Return what a destroy deletes, of one type."""
        return [item for item in self.goes if item.type == token]

    def _leaves(self, item: Item) -> bool:
        return item.urn not in self.stays

    @staticmethod
    def _is_plumbing(item: Item) -> bool:
        return item.type.startswith(_PROVIDER) or item.type == _STACK

    def _ancestors(self, item: Item) -> Iterable[str]:
        parent = item.parent
        while parent:
            yield parent
            parent = self._by_urn[parent].parent if parent in self._by_urn else ""

    def _with_needs(self, urns: set[str]) -> set[str]:
        todo = list(urns)
        while todo:
            found = self._by_urn.get(todo.pop())
            new = (found.needs if found else frozenset[str]()) - urns
            urns |= new
            todo += new
        return urns

    @cached_property
    def _by_urn(self) -> dict[str, Item]:
        return {item.urn: item for item in self.items}


def things(items: Iterable[Item]) -> set[Thing]:
    """Return those of the resources that a sweep could see."""
    return {thing for item in items if (thing := item.thing)}


def _item(row: Mapping[str, Any]) -> Item:
    of_properties = (urn for urns in (row.get("propertyDependencies") or {}).values() for urn in urns or ())
    provider = str(row.get("provider") or "").rpartition("::")[0]
    parent = str(row.get("parent") or "")
    needs = {*(row.get("dependencies") or ()), *of_properties, provider, parent, row.get("deletedWith") or ""}
    return Item(
        urn=row["urn"],
        type=row["type"],
        id=str(row.get("id") or ""),
        custom=bool(row.get("custom")),
        protect=bool(row.get("protect")),
        retain=bool(row.get("retainOnDelete")),
        parent=parent,
        needs=frozenset(needs - {""}),
        outputs=row.get("outputs") or {},
    )


def _unfinished(row: Mapping[str, Any]) -> Unfinished:
    return Unfinished(urn=row["urn"], type=row["type"], inputs=row.get("inputs") or {})
