"""One thing that an account holds, with what its deletion and its owner are told by."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Client = Callable[[str], Any]
"""Returns the boto3 client of a service."""


@dataclass(frozen=True)
class Thing:
    """A kind as AWS names it, a name (or ARN, where the deletion takes one), and what else a listing told of it."""

    kind: str
    name: str
    tags: Mapping[str, str] = field(default_factory=dict[str, str], compare=False)
    arn: str = field(default="", compare=False)

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
