"""The control plane's memory: every request that changed something, in order, so that a start can replay them.

One JSON line an entry, written before the request is executed. Bodies above a few kilobytes lie beside the journal by
their SHA-256, once each. A line that a kill cut in half is dropped: its request never got an answer.
"""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_INLINE_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One request: its place in the order, when it came (seconds since the epoch), its WSGI variables, its body."""

    sequence: int
    at: float
    variables: dict[str, Any]
    body: bytes


class Journal:
    """An append-only file of entries below `folder`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / "requests.jsonl"
        self._drop_torn_line()
        self._file = self._path.open("a", encoding="utf-8")
        self.sequence = 0
        """The sequence number of the last entry read or written."""

    def replay(self) -> Iterator[Entry]:
        """Yield all entries in order; afterwards `sequence` is the last one's."""
        with self._path.open(encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                self.sequence = row["sequence"]
                yield Entry(
                    sequence=row["sequence"], at=row["at"], variables=row["variables"], body=self._read_body(row)
                )

    def append(self, entry: Entry) -> None:
        """Write one entry; when this returns, a kill of the process cannot lose it."""
        row = {"sequence": entry.sequence, "at": entry.at, "variables": entry.variables, **self._write_body(entry.body)}
        self._file.write(json.dumps(row, separators=(",", ":")) + "\n")
        self._file.flush()
        self.sequence = entry.sequence

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _drop_torn_line(self) -> None:
        content = self._path.read_bytes() if self._path.exists() else b""
        if content and not content.endswith(b"\n"):
            self._path.write_bytes(content[: content.rfind(b"\n") + 1])

    def _blob(self, digest: str) -> Path:
        return self._folder / "blobs" / digest[:2] / digest

    def _write_body(self, body: bytes) -> dict[str, str]:
        if len(body) <= _INLINE_BYTES:
            return {"body": base64.b64encode(body).decode()}
        digest = hashlib.sha256(body).hexdigest()
        path = self._blob(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_suffix(".partial")
            partial.write_bytes(body)
            partial.rename(path)
        return {"blob": digest}

    def _read_body(self, row: dict[str, Any]) -> bytes:
        return self._blob(row["blob"]).read_bytes() if "blob" in row else base64.b64decode(row["body"])
