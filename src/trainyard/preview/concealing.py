"""Takes out of a preview what a report must never show: secrets and paths of the machine that made it.

Everything behind this module works on the cleaned document, so no renderer can leak what it has not got.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from stacks.rules import UNKNOWN
from trainyard.preview.machine_paths import MachinePaths

SECRET = "[secret]"
"""What the engine writes in place of a secret, and what this module writes in place of those it finds itself."""

SIGNATURE = "4dabf18193072939515e22adb298388d"
"""Key that marks a special value, see "Property values" in Pulumi's documentation of its protocol."""
SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270"
ASSET_SIGNATURES = {"c44067f5952c0a294b673a41bacd8c17": "file", "0def7320c3a5731c473e5ecbe6d01bc7": "archive"}

DROPPED = ("sourcePosition", "sourcePositions", "stackTrace", "config")
"""Keys that speak of the machine, or repeat the stack file."""

_SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)$|secret(_?(string|value|key|binary))?$|private_?key|api_?key$|(^|_)token$"
)
"""Names whose text is a secret although nobody marked it as one; compared in lower snake case."""

_SECRET_TEXT = re.compile(
    r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bgh[pousr]_[0-9A-Za-z]{20,}|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)",
    re.DOTALL,
)
"""Keys and credentials that can be told by their form alone."""

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|<\{%[^%]*%\}>")
"""Terminal codes, and the engine's own marks for them."""

# A shorter value would blot out unrelated text: it is hidden where it stands only.
_SHORTEST_MARKED, _SHORTEST_NAMED = 4, 8


class Concealer:
    """Cleans one document; what is a secret anywhere in it is hidden everywhere in it.

    Args:
        document: as the engine wrote it.
        roots: folders of this machine, beyond those that are known to be some machine's.
    """

    def __init__(self, document: Any, roots: Sequence[str] = ()) -> None:
        self._paths = MachinePaths(roots)
        found = sorted(set(_secrets(document)), key=len, reverse=True)
        self._secrets = re.compile("|".join(map(re.escape, found))) if found else None

    def value(self, value: Any, key: str = "") -> Any:
        """Return a value of any shape without secrets and machine paths; `key` is the name that it stands under."""
        if isinstance(value, Mapping):
            return self._mapping(cast(Mapping[str, Any], value))
        if isinstance(value, list):
            return [self.value(item, key) for item in cast(list[Any], value)]
        if not isinstance(value, str):
            return value
        if is_secret_name(key) and value not in ("", UNKNOWN):
            return SECRET
        return self._document(value) or self.text(value)

    def text(self, text: str) -> str:
        """Return a text without secrets, machine paths and terminal codes."""
        text = _SECRET_TEXT.sub(SECRET, _COLOURS.sub("", text))
        return self._paths.shortened(self._secrets.sub(SECRET, text) if self._secrets else text)

    def _mapping(self, value: Mapping[str, Any]) -> Any:
        mark = value.get(SIGNATURE)
        if mark == SECRET_SIGNATURE:
            return SECRET
        if mark in ASSET_SIGNATURES:
            return self._asset(ASSET_SIGNATURES[mark], value)
        return {self.text(key): self.value(inner, key) for key, inner in value.items() if key not in DROPPED}

    def _asset(self, what: str, value: Mapping[str, Any]) -> str:
        """Return an asset as its file name and hash: what tells a reviewer whether it changed."""
        inside = value.get("assets")
        name = self.text(str(value.get("path") or value.get("uri") or "text")).rpartition("/")[2]
        if isinstance(inside, Mapping):
            name = f"of {len(cast(Mapping[str, Any], inside))} files"
        return f"{what} {name}, sha256 {str(value.get('hash', 'unknown'))[:12]}"

    def _document(self, text: str) -> str:
        """Return a text that holds JSON cleaned inside, or an empty text where it holds none."""
        content = parsed(text)
        return "" if content is None else json.dumps(self.value(content), ensure_ascii=False)


def is_secret_name(key: str) -> bool:
    """Return whether text under this name is taken for a secret."""
    return bool(_SECRET_KEY.search(re.sub(r"(?<=[a-z0-9])(?=[A-Z])|-", "_", key).lower()))


def parsed(text: str) -> Any:
    """Return the object or list that a JSON text holds, or None where it holds none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return content if isinstance(content, (dict, list)) else None


def _secrets(value: Any, key: str = "", *, marked: bool = False) -> Iterator[str]:
    """Yield every text in `value` that is a secret by its mark or by its name."""
    if isinstance(value, Mapping):
        mapping = cast(Mapping[str, Any], value)
        if mapping.get(SIGNATURE) == SECRET_SIGNATURE:
            yield from _marked(mapping)
            return
        for name, inner in mapping.items():
            yield from _secrets(inner, name, marked=marked)
    elif isinstance(value, list):
        for inner in cast(list[Any], value):
            yield from _secrets(inner, key, marked=marked)
    elif isinstance(value, str) and value not in ("", SECRET, UNKNOWN):
        content = parsed(value)
        if content is not None:
            yield from _secrets(content, key, marked=marked)
        if len(value) >= (_SHORTEST_MARKED if marked else _SHORTEST_NAMED) and (marked or is_secret_name(key)):
            yield value


def _marked(secret: Mapping[str, Any]) -> Iterator[str]:
    """Yield the texts in a marked secret; its plain text is JSON, in a text or as `value`."""
    for inner in (secret.get("plaintext"), secret.get("value"), secret.get("ciphertext")):
        try:
            content: Any = json.loads(inner) if isinstance(inner, str) else inner
        except ValueError:
            content = inner
        yield from _secrets(content, marked=True)
