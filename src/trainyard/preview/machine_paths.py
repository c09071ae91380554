"""Paths of the machine that made a preview: of no use to a reviewer, and nobody else's business."""

import re
from collections.abc import Sequence

_ROOTS = (
    r"root|home/[^/\s]+|Users/[^/\s]+|tmp|private/(?:tmp|var)|var/(?:folders|tmp|lib)|workspaces?"
    r"|github/(?:workspace|home)|usr/local/lib|usr/lib/python[^/]*|opt/hostedtoolcache|Volumes/[^/\s]+"
)
"""Folders that are some machine's. `/opt/ml`, log groups and parameters begin with a slash and are none."""

_REST = r"(?:/[^\s\"'`<>|;,)\]}]*)?"
_END = r"(?![^/\s\"'`<>|;,)\]}:])"
_BEFORE = r"(?:^|(?<=[\s\"'`=(\[{,:;<>|!])|(?:file|project)://+)(?:/?\.\.)*"
_WINDOWS = r"\b[A-Za-z]:\\+(?:Users|a|hostedtoolcache|Windows|Temp)\\[^\s\"'`<>|;,)\]}]*"


class MachinePaths:
    """Shortens paths to their last part: `…/model.tar.gz`.

    Args:
        roots: further folders of this machine, absolute.
    """

    def __init__(self, roots: Sequence[str] = ()) -> None:
        own = sorted({root.strip("/") for root in roots if len(root.strip("/")) > 1}, key=len, reverse=True)
        folders = "|".join([*map(re.escape, own), _ROOTS])
        self._pattern = re.compile(rf"{_BEFORE}/(?:{folders}){_END}{_REST}|{_WINDOWS}")

    def shortened(self, text: str) -> str:
        """Return the text with each machine path shortened."""
        return self._pattern.sub(_last, text) if "/" in text or "\\" in text else text


def _last(found: re.Match[str]) -> str:
    # What stands behind the path without a space, such as `:12`, is part of no file's name.
    last = re.split(r"[/\\]+", found[0].rstrip("/\\"))[-1]
    return f"…/{last}"
