"""Values as a reviewer reads them: short, on one line, and honest about what is not shown."""

import json
from typing import Any

from stacks.rules import UNKNOWN
from trainyard.preview.concealing import SECRET
from trainyard.preview.difference import MISSING, Difference

LONGEST = 100
"""Characters of a value."""

NOT_SET = "(not set)"
HIDDEN = "(secret)"
NOT_KNOWN = "(known after apply)"
_LEAD = 20
"""Characters kept before the first one that differs, where that is far into a text."""


def pair(difference: Difference) -> tuple[str, str]:
    """Return the old and the new value of a difference, each short enough, and with what differs in sight."""
    if SECRET in (difference.old, difference.new):
        return tuple(HIDDEN if side is not MISSING else NOT_SET for side in (difference.old, difference.new))  # type: ignore[return-value]
    old, new = shown(difference.old), shown(difference.new)
    if min(len(old), len(new)) > LONGEST:
        start = max(0, _same(old, new) - _LEAD)
        old, new = (f"…{side[start:]}" if start else side for side in (old, new))
    return shortened(old), shortened(new)


def shown(value: Any) -> str:
    """Return a value as text on one line."""
    if value is MISSING or value is None:
        return NOT_SET
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    return on_one_line(text) if text else '""'


def on_one_line(text: str) -> str:
    """Return a text with what is hidden named, and without characters that move a cursor or turn the writing."""
    named = text.replace(SECRET, HIDDEN).replace(UNKNOWN, NOT_KNOWN)
    marked = named.replace("\r\n", "\n").replace("\n", "⏎").replace("\t", " ")
    return "".join(char if char.isprintable() else "·" for char in marked)


def shortened(text: str, longest: int = LONGEST) -> str:
    """Return a text that says how much of it is left out."""
    if len(text) <= longest:
        return text
    kept = longest - 24
    return f"{text[:kept]}… ({len(text) - kept:,} more characters)"


def _same(one: str, other: str) -> int:
    """Return how many characters both begin with."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
