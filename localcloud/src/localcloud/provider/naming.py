"""Physical names as Pulumi's bridge makes them: the logical name, a dash, and seven hex digits."""

import hashlib
import secrets
from dataclasses import dataclass

from localcloud.provider.errors import ProviderError
from localcloud.provider.values import Props


@dataclass(frozen=True)
class Naming:
    """How a type's name is made when the program gives none."""

    key: str = "name"
    longest: int = 255
    lower: bool = False
    fifo: str = ""
    """The boolean property that asks for a name ending in `.fifo`."""
    before: str = ""
    """What the name must begin with, such as `alias/`."""

    @property
    def prefix_key(self) -> str:
        """Return the property that gives the beginning of a name instead."""
        return "bucketPrefix" if self.key == "bucket" else f"{self.key}Prefix"

    def apply(self, logical: str, old: Props, new: Props, seed: bytes) -> Props:
        """Return `new` with a name: the one of before where it was made by us, else a fresh one."""
        if new.get(self.key) is not None or new.get(self.prefix_key) is not None:
            return new
        kept = old.get(self.key) if self.key in old.get("__defaults", ()) else None
        return {**new, self.key: kept or self._fresh(logical, new, seed), "__defaults": [self.key]}

    def _fresh(self, logical: str, new: Props, seed: bytes) -> str:
        unique = hashlib.sha256(seed).hexdigest()[:7] if seed else secrets.token_hex(4)[:7]
        end = ".fifo" if self.fifo and new.get(self.fifo) is True else ""
        name = f"{self.before}{logical}-{unique}{end}"
        name = name.lower() if self.lower else name
        if len(name) > self.longest:
            raise ProviderError(
                f"the name {name!r} made for {logical!r} has {len(name)} characters, {self.longest} are allowed: "
                f"give `{self.key}` or shorten the resource's name"
            )
        return name

    def complete(self, props: Props) -> Props:
        """Return `props` with a name made of the prefix asked for, where one was."""
        prefix = props.get(self.prefix_key)
        if prefix is None or props.get(self.key) is not None:
            return props
        end = ".fifo" if self.fifo and props.get(self.fifo) is True else ""
        return {**props, self.key: f"{prefix}{secrets.token_hex(13)}{end}"}
