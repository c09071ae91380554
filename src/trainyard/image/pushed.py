"""An image in a repository."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pushed:
    """One image by kind, tag and digest."""

    kind: str
    """Empty where the tag was chosen freely: no run takes such an image by itself."""
    tag: str
    uri: str
    """`repository@sha256:…`."""
