"""The provider in plain Python: check, diff, create, read, update, delete over the table, for any caller."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from localcloud.provider import recorded_tier, resources, schema
from localcloud.provider.check import Failure, check
from localcloud.provider.diff import Difference, covers, difference, top_level
from localcloud.provider.errors import CreateFailed, ProviderError, UnknownTypeError, describe, is_missing
from localcloud.provider.resource import Resource
from localcloud.provider.schema import Property, ResourceType
from localcloud.provider.session import Session
from localcloud.provider.values import UNKNOWN, Props, has_unknown


@dataclass(frozen=True)
class Live:
    """A resource as read back: its inputs as they are now, and all of its properties."""

    resource_id: str
    inputs: Props
    outputs: Props


class Provider:
    """Serves every resource type of the schema with one session; safe to call from several threads."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def check(self, token: str, name: str, old: Props, new: Props, seed: bytes = b"") -> tuple[Props, list[Failure]]:
        """Return the inputs completed (name, coercions) and what is wrong with them."""
        kind, row = _type(token), _row(token)
        inputs, failures = check(kind, new)
        if row.naming is not None:
            inputs = row.naming.apply(name, old, inputs, seed)
        if row.check is not None and not failures and not has_unknown(inputs):
            failures = [Failure(where, f"{token}: {reason}") for where, reason in row.check(inputs).items()]
        return inputs, failures

    def diff(self, token: str, old_inputs: Props, state: Props, new: Props, ignore: Collection[str] = ()) -> Difference:
        """Return what changes and what of it replaces the resource.

        Args:
            token: the resource's type.
            old_inputs: the inputs as recorded or last read; empty for a state that has none.
            state: all properties as recorded.
            new: the inputs asked for, with those to ignore already taken back by the engine.
            ignore: properties that the program ignores: a change of default tags is one it may ignore too.
        """
        kind, row = _type(token), _row(token)
        old = self._placed(old_inputs or _only(kind, state))
        found = difference(kind.inputs, row.equalities, old, self._placed(new))
        names = {path: top_level(path) for path in found.paths}
        found.replaces |= {path for path, top in names.items() if top == "region" or top in row.replaces}
        found.replaces -= {path for path, top in names.items() if top in row.stays}
        ignored = {"tags", "tagsAll", "tags_all"} & set(ignore)
        if kind.tagged and not ignored and "tags" not in found.names and state.get("tagsAll") is not None:
            wanted = self.session.all_tags(new.get("tags"))
            if has_unknown(wanted) or wanted != state["tagsAll"]:
                found.paths["tagsAll"] = "update"
        return found

    def _placed(self, inputs: Props) -> Props:
        """Return inputs with the provider's own region left out: saying it changes nothing."""
        return {key: value for key, value in inputs.items() if (key, value) != ("region", self.session.region)}

    def deletes_first(self, token: str, old: Props, new: Props) -> bool:
        """Return whether a replacement must delete the old resource before it makes the new one."""
        row = _row(token)
        if row.naming is None:
            return row.delete_first
        name = row.naming.key
        ours = name in new.get("__defaults", ())
        return row.delete_first or (not ours and name in new and new[name] == old.get(name))

    def create(self, token: str, name: str, inputs: Props, *, preview: bool = False) -> tuple[str, Props]:
        """Make a resource and return its id and properties.

        Raises:
            ProviderError: the cloud refused; the text is one line.
            CreateFailed: it was made but is not usable.
        """
        kind, row = _type(token), _row(token)
        wanted = self._wanted(kind, row, inputs)
        if preview:
            return "", self._planned(kind, row, wanted, {})
        wanted = row.naming.complete(wanted) if row.naming else wanted
        try:
            resource_id = row.create(self.session, wanted)
        except CreateFailed:
            raise
        except (ClientError, BotoCoreError, ProviderError, OSError) as error:
            raise ProviderError(f"{token} {name!r} was not created: {describe(error)}") from error
        try:
            return resource_id, self._outputs(kind, row, resource_id, wanted)
        except CreateFailed:
            raise
        except Exception as error:  # whatever it is, the resource exists and must not be forgotten
            reason = f"{token} {name!r} was created, but cannot be read: {describe(error)}"
            raise CreateFailed(reason, resource_id, wanted) from error

    def read(self, token: str, resource_id: str, inputs: Props, state: Props) -> Live | None:
        """Return a resource as it is now, or None when it is gone; with no inputs, as an import sees it."""
        kind, row = _type(token), _row(token)
        actual = self._actual(row, resource_id, {**inputs, **state})
        if actual is None:
            return None
        outputs = self._merge(kind, row, resource_id, state or inputs, actual)
        if not inputs:
            return Live(resource_id, {key: value for key, value in outputs.items() if key in kind.inputs}, outputs)
        live = {key: self._live(kind, row, key, value, actual) for key, value in inputs.items()}
        if kind.tagged:
            self._live_tags(live, inputs, actual)
        outputs |= {key: value for key, value in live.items() if not key.startswith("__")}
        return Live(resource_id, {key: value for key, value in live.items() if value is not None}, outputs)

    def update(
        self,
        token: str,
        name: str,
        resource_id: str,
        old_inputs: Props,
        state: Props,
        new: Props,
        *,
        ignore: Collection[str] = (),
        preview: bool = False,
    ) -> Props:
        """Change a resource in place and return its properties."""
        kind, row = _type(token), _row(token)
        wanted = self._wanted(kind, row, new)
        if preview:
            return self._planned(kind, row, wanted, state)
        changed = frozenset(self.diff(token, old_inputs, state, new, ignore).names)
        if row.update is None:
            raise ProviderError(f"{token} {name!r} cannot be changed in place: {', '.join(sorted(changed))}")
        try:
            named = {key: state[key] for key in _name_keys(row) if key in state}
            row.update(self.session, resource_id, state, {**named, **wanted}, changed)
            return self._outputs(kind, row, resource_id, {**named, **wanted})
        except (ClientError, BotoCoreError, ProviderError, OSError) as error:
            raise ProviderError(f"{token} {name!r} was not updated: {describe(error)}") from error

    def delete(self, token: str, name: str, resource_id: str, state: Props) -> None:
        """Delete a resource; one that is gone already is no error."""
        row = _row(token)
        try:
            row.delete(self.session, resource_id, state)
        except ClientError as error:
            if not is_missing(error):
                raise ProviderError(f"{token} {name!r} was not deleted: {describe(error)}") from error
        except (BotoCoreError, ProviderError) as error:
            raise ProviderError(f"{token} {name!r} was not deleted: {describe(error)}") from error

    def _wanted(self, kind: ResourceType, row: Resource, inputs: Props) -> Props:
        given = {key: value for key, value in inputs.items() if not key.startswith("__")}
        tags = {"tagsAll": self.session.all_tags(inputs.get("tags"))} if kind.tagged else {}
        return {**row.defaults, **given, **tags}

    def _planned(self, kind: ResourceType, row: Resource, wanted: Props, state: Props) -> Props:
        """Return a preview's outputs: what is computed stays as it was, or is unknown for a new resource."""
        computed = {name: state.get(name, UNKNOWN) for name in kind.outputs}
        computed |= {name: state.get(name, UNKNOWN) for name, entry in kind.inputs.items() if entry.computed}
        return {**computed, **({"region": self.session.region} if "region" in kind.inputs else {}), **wanted}

    def _actual(self, row: Resource, resource_id: str, state: Props) -> Props | None:
        try:
            return row.read(self.session, resource_id, state)
        except ClientError as error:
            if is_missing(error):
                return None
            raise ProviderError(f"{row.token} {resource_id!r} cannot be read: {describe(error)}") from error
        except BotoCoreError as error:
            raise ProviderError(f"{row.token} {resource_id!r} cannot be read: {describe(error)}") from error

    def _outputs(self, kind: ResourceType, row: Resource, resource_id: str, wanted: Props) -> Props:
        actual = self._actual(row, resource_id, wanted)
        if actual is None:
            raise CreateFailed(f"{row.token} {resource_id!r} was made, but cannot be found", resource_id, wanted)
        return self._merge(kind, row, resource_id, {**wanted}, actual)

    def _merge(self, kind: ResourceType, row: Resource, resource_id: str, state: Props, actual: Props) -> Props:
        merged = {**row.defaults, **{key: value for key, value in state.items() if not key.startswith("__")}}
        for key, value in actual.items():
            if key not in kind.inputs or merged.get(key) is None or not self._same(kind, row, key, merged[key], value):
                merged[key] = value
        if "region" in kind.inputs:
            merged.setdefault("region", self.session.region)
        return {key: value for key, value in merged.items() if value is not None}

    def _same(self, kind: ResourceType, row: Resource, key: str, left: Any, right: Any) -> bool:
        if key in row.equalities:
            return row.equalities[key](left, right)
        return covers(kind.inputs.get(key) or Property("j"), left, right)

    def _live(self, kind: ResourceType, row: Resource, key: str, value: Any, actual: Props) -> Any:
        """Return an input as it is now: as written when it still means the same, else as read."""
        if key.startswith("__") or key not in actual or self._same(kind, row, key, value, actual[key]):
            return value
        return actual[key]

    def _live_tags(self, live: Props, inputs: Props, actual: Props) -> None:
        found = actual.get("tagsAll")
        if found is None:
            return
        own = inputs.get("tags") or {}
        tags = {key: value for key, value in found.items() if key in own or self.session.default_tags.get(key) != value}
        live["tags"] = tags or ({} if "tags" in inputs else None)


def _name_keys(row: Resource) -> tuple[str, ...]:
    return (row.naming.key,) if row.naming else ()


def _only(kind: ResourceType, state: Props) -> Props:
    return {key: value for key, value in state.items() if key in kind.inputs}


def _type(token: str) -> ResourceType:
    try:
        return schema.resource_type(token)
    except KeyError:
        raise UnknownTypeError(_unknown_type(token)) from None


def _unknown_type(token: str) -> str:
    import difflib

    close = difflib.get_close_matches(token, schema.tokens(), n=1, cutoff=0.6)
    nearest = f"; nearest: {close[0]}" if close else ""
    return f"the local cloud's provider has no resource type {token!r}{nearest}"


def _row(token: str) -> Resource:
    return resources.TABLE.get(token) or recorded_tier.row(_type(token))
