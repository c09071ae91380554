"""Which rows of a source have been read, by their keys: a watermark, and the gaps below it.

A watermark alone loses rows: a sequence hands keys out before their transactions commit, so key 5 can appear after key
6 was read. What is missing below the watermark is therefore remembered, and looked for again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from recommender.errors import BadSource

SETTLED_AFTER = timedelta(days=30)
"""A key that is still missing so long after it was first missed belongs to a transaction that was rolled back."""

Keys = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, kw_only=True)
class Gap:
    """Keys from `first` to `last` that no row had when it was looked for them."""

    first: int
    last: int
    seen: date
    """When they were missed first."""


@dataclass(frozen=True, kw_only=True)
class KeysRead:
    """Every key from 1 to the watermark, but for the gaps."""

    watermark: int = 0
    gaps: tuple[Gap, ...] = field(default=())
    """In order of their keys; they do not overlap."""

    def settled(self, today: date) -> "KeysRead":
        """Return the same without the gaps that nobody will fill any more."""
        alive = tuple(gap for gap in self.gaps if today - gap.seen <= SETTLED_AFTER)
        return KeysRead(watermark=self.watermark, gaps=alive)

    def with_keys(self, keys: Keys, today: date) -> "KeysRead":
        """Return what has been read once rows of these keys have been.

        Args:
            keys: rising; each in a gap or above the watermark.
            today: from when on a new gap is missed.

        Raises:
            BadSource: a key comes twice, was read before, or is not positive.
        """
        if len(keys) == 0:
            return self
        _check_rising(keys)
        above = keys[keys > self.watermark]
        gaps = [*self._still_missing(keys[keys <= self.watermark])]
        if len(above):
            holes = _holes(self.watermark + 1, int(above[-1]), above)
            gaps += [Gap(first=first, last=last, seen=today) for first, last in holes]
        return KeysRead(watermark=max(self.watermark, int(keys[-1])), gaps=tuple(gaps))

    def _still_missing(self, found: Keys) -> Iterator[Gap]:
        filled = 0
        for gap in self.gaps:
            low, high = np.searchsorted(found, (gap.first, gap.last + 1))
            filled += int(high - low)
            for first, last in _holes(gap.first, gap.last, found[low:high]):
                yield Gap(first=first, last=last, seen=gap.seen)
        if filled != len(found):
            raise BadSource("the source gave rows again that had been read before: their keys were changed or reused")


def _check_rising(keys: Keys) -> None:
    if keys[0] < 1:
        raise BadSource(f"the key {keys[0]} is not positive; keys count up from 1, as those of a bigserial column do")
    steps = np.diff(keys)
    if len(steps) and steps.min() < 1:
        twice = keys[1:][steps < 1][0]
        raise BadSource(f"the key {twice} is not unique: an order line's key must be a primary key")


def _holes(first: int, last: int, keys: Keys) -> Sequence[tuple[int, int]]:
    """Return the ranges from `first` to `last` that lie between these keys."""
    edges = np.concatenate(([first - 1], keys, [last + 1]))
    wide = np.flatnonzero(np.diff(edges) > 1)
    return [(int(edges[at]) + 1, int(edges[at + 1]) - 1) for at in wide]
