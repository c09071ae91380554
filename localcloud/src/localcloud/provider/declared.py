"""Rows that are pure data: one operation to create, one to read, one to update, one to delete."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.provider import schema
from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource
from localcloud.provider.session import Session, region_of
from localcloud.provider.shapes import properties, request
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props


@dataclass(frozen=True, kw_only=True)
class Declared:
    """One type by its operations; everything not said follows from the API's model and the schema."""

    token: str
    service: str
    create: str
    """Operation names are the API's: `CreateModel`."""
    read: str
    delete: str
    key: Mapping[str, str]
    """What names the resource in read and delete: parameter to property (`id` for the id)."""
    id: str
    """The property whose value is the id."""
    update: str | None = None
    inside: str | None = None
    """The member of read's answer that holds the resource; of a list, the only element. An empty list: it is gone."""
    as_list: frozenset[str] = frozenset()
    """Parameters of read that take a list of names."""
    naming: Naming | None = None
    rename: Mapping[str, str] = field(default_factory=dict)
    skip: frozenset[str] = frozenset()
    """Inputs that are no parameter: for the provider alone, or handled by `after`."""
    never_updated: frozenset[str] = frozenset()
    tagging: Tagging | None = None
    tagged_at_birth: bool = True
    documents: frozenset[str] = frozenset()
    defaults: Props = field(default_factory=dict)
    replaces: frozenset[str] = frozenset()
    after: Callable[[Session, Any, Props, frozenset[str] | None], None] | None = None
    """More calls after create (changed is None) or update."""
    also: Callable[[Session, Any, str, Props], Props] | None = None
    """More properties than the answer tells."""
    prepare: Callable[[Session, dict[str, Any], Props], dict[str, Any]] | None = None
    """A last change to the parameters of create and update."""

    def resource(self) -> Resource:
        """Return the row."""
        return Resource(
            token=self.token,
            create=self._create,
            read=self._read,
            update=self._update,
            delete=self._delete,
            naming=self.naming,
            documents=self.documents,
            defaults=self.defaults,
            replaces=self.replaces,
        )

    def _call(self, client: Any, operation: str, params: Mapping[str, Any]) -> Any:
        from botocore import xform_name

        return getattr(client, xform_name(operation))(**params)

    def _skipped(self) -> frozenset[str]:
        return self.skip | ({self.naming.prefix_key} if self.naming else set())

    def _create(self, session: Session, props: Props) -> str:
        client = session.client(self.service, region_of(props))
        params = request(client, self.create, props, rename=self.rename, skip=self._skipped())
        if self.tagging and self.tagged_at_birth and props.get("tagsAll"):
            params[self.tagging.tags] = self.tagging.encode(props["tagsAll"])
        params = self.prepare(session, params, props) if self.prepare else params
        answer = self._call(client, self.create, params)
        made = {**props, **self._told(_unwrapped(answer))}
        resource_id = str(made[self.id])
        if self.after is not None:
            self.after(session, client, made, None)
        if self.tagging and not self.tagged_at_birth and props.get("tagsAll"):
            state = {**made, **(self._read(session, resource_id, made) or {}), "tagsAll": {}}
            self.tagging.change(client, resource_id, state, props["tagsAll"])
        return resource_id

    def _read(self, session: Session, resource_id: str, state: Props) -> Props | None:
        client = session.client(self.service, region_of(state))
        answer: Any = self._call(client, self.read, self._named(resource_id, state, self.as_list))
        if self.inside is not None:
            answer = answer.get(self.inside)
        if isinstance(answer, list):
            answer = answer[0] if answer else None
        if not answer:
            return None
        found = self._told(answer)
        if self.also is not None:
            found |= self.also(session, client, resource_id, {**state, **found})
        if self.tagging:
            found["tagsAll"] = self.tagging.read(client, resource_id, {**state, **found})
        return found

    def _told(self, answer: Mapping[str, Any]) -> Props:
        kind = schema.resource_type(self.token)
        hidden = {"tags", "tagsAll", "region"}
        fields = {name: entry for name, entry in {**kind.inputs, **kind.outputs}.items() if name not in hidden}
        return properties(fields, answer, rename=self.rename)

    def _update(self, session: Session, resource_id: str, state: Props, props: Props, changed: frozenset[str]) -> None:
        client = session.client(self.service, region_of(state))
        if self.update is not None and changed - {"tags", "tagsAll"} - self.skip:
            known = {key: state[key] for key in self.key.values() if key in state}
            skip = self._skipped() | self.never_updated
            params = request(client, self.update, {**known, **props}, rename=self.rename, skip=skip)
            params = self.prepare(session, params, props) if self.prepare else params
            self._call(client, self.update, params)
        if self.after is not None:
            self.after(session, client, {**state, **props}, changed)
        if self.tagging and changed & {"tags", "tagsAll"}:
            self.tagging.change(client, resource_id, state, props["tagsAll"])

    def _delete(self, session: Session, resource_id: str, state: Props) -> None:
        client = session.client(self.service, region_of(state))
        self._call(client, self.delete, self._named(resource_id, state, frozenset()))

    def _named(self, resource_id: str, state: Props, as_list: frozenset[str]) -> dict[str, Any]:
        values = {param: resource_id if key == "id" else state.get(key) for param, key in self.key.items()}
        read = {f"{param}s": [value] for param, value in values.items() if param in as_list}
        return {**{param: value for param, value in values.items() if param not in as_list}, **read}


def _unwrapped(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return create's answer, or the one object in it."""
    told = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
    only = next(iter(told.values()), None)
    return only if len(told) == 1 and isinstance(only, Mapping) else told
