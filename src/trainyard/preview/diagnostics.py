"""What the engine said beside its plan: refusals to delete something protected, errors, warnings."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from trainyard.preview.urn import Urn

# Said for each step where the provider is found on PATH: true, and of no use to a reviewer.
_NOISE = re.compile(r"^warning: using pulumi-\S+ from \$PATH")
_EMPTY = ("preview failed", "update failed")
_PROTECTED = re.compile(r"cannot be deleted\s+because it is protected")
_TRACEBACK = "Traceback (most recent call last):"


class Said(NamedTuple):
    """Diagnostics by what a reviewer does with them."""

    refusals: tuple[str, ...]
    errors: tuple[str, ...]
    warnings: tuple[str, ...]


def read(messages: Sequence[Mapping[str, Any]]) -> Said:
    """Return what was said, each thing once."""
    refusals: dict[str, None] = {}
    errors: dict[str, None] = {}
    warnings: dict[str, None] = {}
    for each in messages:
        text = str(each.get("message", "")).strip()
        severity = str(each.get("severity", ""))
        plain = text.removeprefix("error: ").removeprefix("warning: ")
        if severity == "error" and _PROTECTED.search(text):
            refusals[f"{Urn(str(each.get('urn', ''))).name} is protected and cannot be deleted"] = None
        elif severity == "error" and plain not in _EMPTY:
            errors[_in_short(plain)] = None
        elif severity == "warning" and not _NOISE.match(text):
            warnings[plain] = None
    return Said(tuple(refusals), tuple(errors), tuple(warnings))


def _in_short(text: str) -> str:
    """Return a program's traceback as its last line and the place that raised it, and other text as it is."""
    if _TRACEBACK not in text:
        return text.removeprefix("Preview failed: ")
    last = next(line for line in reversed(text.splitlines()) if line.strip())
    places = re.findall(r'File "(?:…/)?([^"]+)", line (\d+)', text)
    where = f" ({places[-1][0]}, line {places[-1][1]})" if places else ""
    return f"The program failed: {last.strip()}{where}"
