"""A small stack driven without the engine: each step does what the engine would, and checks what it may rely on."""

from dataclasses import dataclass
from typing import Any

from localcloud.provider.provider import Provider

Props = dict[str, Any]


# AWS has these as long as what they belong to: deleting them puts back what was there at the beginning.
_NEVER_GONE = {
    "aws:ebs/encryptionByDefault:EncryptionByDefault",
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",
    "aws:s3/bucketNotification:BucketNotification",
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:sns/topicPolicy:TopicPolicy",
}


def _same(made: "Made", what: str, wanted: Props, actual: Props) -> None:
    differ = {
        key: (wanted.get(key), actual.get(key))
        for key in wanted.keys() | actual.keys()
        if wanted.get(key) != actual.get(key)
    }
    assert not differ, f"{made.token} {what}: {differ}"


@dataclass
class Made:
    """A resource that was made, as the engine's state would hold it."""

    token: str
    name: str
    id: str
    inputs: Props
    state: Props

    def __getitem__(self, name: str) -> Any:
        return self.state[name]


class World:
    """Makes resources and takes them down in reverse."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.made: list[Made] = []

    def make(self, token: str, name: str, /, **inputs: Any) -> Made:
        checked, failures = self.provider.check(token, name, {}, inputs)
        assert not failures, failures
        resource_id, state = self.provider.create(token, name, checked)
        found = Made(token, name, resource_id, checked, state)
        self.made.append(found)
        return found

    def settled(self, made: Made) -> None:
        """Check that a second preview, plain and with refresh, shows nothing."""
        checked, _ = self.provider.check(made.token, made.name, made.inputs, made.inputs)
        _same(made, "preview", {}, self.provider.diff(made.token, made.inputs, made.state, checked).paths)
        live = self.provider.read(made.token, made.id, made.inputs, made.state)
        assert live is not None, made
        _same(made, "inputs", made.inputs, live.inputs)
        _same(made, "state", made.state, live.outputs)
        _same(made, "refresh", {}, self.provider.diff(made.token, live.inputs, live.outputs, checked).paths)

    def change(self, made: Made, **changes: Any) -> None:
        """Update in place: what changed is what was asked, and nothing else is left to do."""
        new = {key: value for key, value in {**made.inputs, **changes}.items() if value is not None}
        checked, failures = self.provider.check(made.token, made.name, made.inputs, new)
        assert not failures
        found = self.provider.diff(made.token, made.inputs, made.state, checked)
        _same(made, "names", dict.fromkeys(changes), dict.fromkeys(found.names))
        assert not found.replaces, (made.token, found.replaces)
        made.state = self.provider.update(made.token, made.name, made.id, made.inputs, made.state, checked)
        made.inputs = checked
        self.settled(made)

    def unmake(self) -> None:
        """Delete everything in reverse and check that it is gone."""
        for made in reversed(self.made):
            self.provider.delete(made.token, made.name, made.id, made.state)
            if made.token not in _NEVER_GONE:
                assert self.provider.read(made.token, made.id, made.inputs, made.state) is None, made
            self.provider.delete(made.token, made.name, made.id, made.state)
