"""Durable documents: what the local cloud's own services remember, in one SQLite file that survives a kill.

Holds only what this project's services own (SageMaker); moto's state is rebuilt from the journal instead.
"""

import json
import sqlite3
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from localcloud.scope import Scope

Document = dict[str, Any]

_SCHEMA = """
CREATE TABLE IF NOT EXISTS documents (
    kind TEXT NOT NULL, account TEXT NOT NULL, region TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL,
    PRIMARY KEY (kind, account, region, name)
)
"""


def _encode(value: Any) -> Any:
    if isinstance(value, datetime):
        return {"$time": value.astimezone(UTC).isoformat()}
    raise TypeError(f"a document cannot hold {type(value).__name__}: {value!r}")


def _decode(mapping: Document) -> Any:
    if set(mapping) == {"$time"}:
        return datetime.fromisoformat(mapping["$time"])
    return mapping


class Store:
    """Documents by kind, scope and name. Values are JSON plus datetimes; every write is durable when it returns."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute(_SCHEMA)

    def put(self, scope: Scope, kind: str, name: str, body: Document) -> None:
        """Write one document, replacing the one of that name."""
        row = (kind, scope.account, scope.region, name, json.dumps(body, default=_encode))
        with self._lock:
            self._db.execute("INSERT OR REPLACE INTO documents VALUES (?, ?, ?, ?, ?)", row)

    def get(self, scope: Scope, kind: str, name: str) -> Document | None:
        """Return a fresh copy of one document, or None."""
        with self._lock:
            row = self._db.execute(
                "SELECT body FROM documents WHERE kind=? AND account=? AND region=? AND name=?",
                (kind, scope.account, scope.region, name),
            ).fetchone()
        return None if row is None else json.loads(row[0], object_hook=_decode)

    def update(self, scope: Scope, kind: str, name: str, **changes: Any) -> Document:
        """Set some keys of an existing document in one transaction and return the whole.

        Raises:
            KeyError: there is no such document.
        """
        with self._lock:
            body = self.get(scope, kind, name)
            if body is None:
                raise KeyError(f"{kind} {name}")
            body.update(changes)
            self.put(scope, kind, name, body)
            return body

    def revise(self, scope: Scope, kind: str, name: str, change: Callable[[Document], Document]) -> Document:
        """Set the keys that `change` makes of an existing document, in one transaction, and return the whole.

        Raises:
            KeyError: there is no such document.
        """
        with self._lock:
            body = self.get(scope, kind, name)
            if body is None:
                raise KeyError(f"{kind} {name}")
            return self.update(scope, kind, name, **change(body))

    def delete(self, scope: Scope, kind: str, name: str) -> bool:
        """Delete one document; return whether it was there."""
        with self._lock:
            cursor = self._db.execute(
                "DELETE FROM documents WHERE kind=? AND account=? AND region=? AND name=?",
                (kind, scope.account, scope.region, name),
            )
        return cursor.rowcount > 0

    def find_all(self, scope: Scope, kind: str) -> list[Document]:
        """Return all documents of a kind in a scope, in the order of their names."""
        return [body for where, _, body in self.scan(kind) if where == scope]

    def scan(self, kind: str) -> list[tuple[Scope, str, Document]]:
        """Return every document of a kind as (scope, name, body), over all accounts and regions."""
        with self._lock:
            rows = self._db.execute(
                "SELECT account, region, name, body FROM documents WHERE kind=? ORDER BY account, region, name", (kind,)
            ).fetchall()
        return [(Scope(a, r), n, json.loads(b, object_hook=_decode)) for a, r, n, b in rows]

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()
