"""All data points of the cloud: in memory for reads, in one SQLite file so that they survive.

A point is in the file about a second after it was published; a kill loses at most that second.
"""

import bisect
import json
import sqlite3
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from localcloud.metrics.points import Point, SeriesKey
from localcloud.scope import Scope

_SCHEMA = """
CREATE TABLE IF NOT EXISTS points (
    account TEXT, region TEXT, namespace TEXT, name TEXT, dimensions TEXT,
    at REAL, low REAL, high REAL, total REAL, count REAL, unit TEXT
)
"""
_RETENTION_SECONDS = 15 * 24 * 3600.0
_MERGE_WITHIN_SECONDS = 0.05
_FLUSH_SECONDS = 1.0


class MetricStore:
    """Points by series. Every method may be called from any thread."""

    def __init__(self, path: Path, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._series: dict[SeriesKey, list[Point]] = {}
        self._pending: list[tuple[SeriesKey, Point]] = []
        self._open: set[int] = set()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=NORMAL")
        self._db.execute(_SCHEMA)
        self._load()
        self._closing = threading.Event()
        self._writer = threading.Thread(target=self._write_behind, name="metrics", daemon=True)
        self._writer.start()

    def publish(
        self,
        scope: Scope,
        *,
        namespace: str,
        name: str,
        unit: str,
        dimensions: Mapping[str, str],
        values: Sequence[float],
    ) -> None:
        """Record `values`, all observed now, in `unit`, under one exact set of dimensions."""
        key, now = SeriesKey.of(scope, namespace, name, dimensions), self._now()
        for value in values:
            self.add(key, Point.single(now, float(value), unit))

    def add(self, key: SeriesKey, point: Point) -> None:
        """Record one point; it may be older than what is there."""
        with self._lock:
            series = self._series.setdefault(key, [])
            if series and self._merges(series[-1], point):
                series[-1].count += point.count
                series[-1].total += point.total
                return
            bisect.insort(series, point, key=lambda known: known.at)
            self._pending.append((key, point))
            self._open.add(id(point))

    def between(self, key: SeriesKey, start: float, end: float) -> list[Point]:
        """Return copies of the points with `start <= at < end`, oldest first."""
        with self._lock:
            series = self._series.get(key, [])
            first = bisect.bisect_left(series, start, key=lambda point: point.at)
            last = bisect.bisect_left(series, end, key=lambda point: point.at)
            return [Point(p.at, p.low, p.high, p.total, p.count, p.unit) for p in series[first:last]]

    def keys(self, scope: Scope) -> list[SeriesKey]:
        """Return the metrics of an account and region."""
        with self._lock:
            return sorted(key for key in self._series if key.scope == scope)

    def flush(self) -> None:
        """Write what is not yet in the file."""
        with self._lock:
            pending, self._pending, self._open = self._pending, [], set()
        rows = [
            (
                key.scope.account,
                key.scope.region,
                key.namespace,
                key.name,
                json.dumps(key.dimensions),
                point.at,
                point.low,
                point.high,
                point.total,
                point.count,
                point.unit,
            )
            for key, point in pending
        ]
        if rows:
            self._db.execute("BEGIN")
            self._db.executemany("INSERT INTO points VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows)
            self._db.execute("COMMIT")

    def close(self) -> None:
        """Write everything and close the file."""
        self._closing.set()
        self._writer.join()
        self.flush()
        self._db.close()

    def _merges(self, last: Point, point: Point) -> bool:
        """Return whether `point` repeats the last one: counters under load would otherwise fill the memory."""
        return (
            id(last) in self._open
            and 0 <= point.at - last.at < _MERGE_WITHIN_SECONDS
            and last.low == last.high == point.low == point.high
            and last.unit == point.unit
        )

    def _load(self) -> None:
        self._db.execute("DELETE FROM points WHERE at < ?", (self._now() - _RETENTION_SECONDS,))
        rows = self._db.execute("SELECT * FROM points ORDER BY at")
        for account, region, namespace, name, dimensions, at, low, high, total, count, unit in rows:
            named = tuple((key, value) for key, value in json.loads(dimensions))
            key = SeriesKey(Scope(account, region), namespace, name, named)
            self._series.setdefault(key, []).append(Point(at, low, high, total, count, unit))

    def _write_behind(self) -> None:
        while not self._closing.wait(_FLUSH_SECONDS):
            self.flush()
