"""A list of customers, read and checked before anything is made. Pure."""

import csv
import hashlib
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from trainyard.errors import UsageError

COLUMN = "customer_id"
_LARGEST_ID = 2**63 - 1
_ID = re.compile(r"[0-9]{1,19}")
_SHOWN = 40
"""Characters of a wrong value, or of a wrong header, that a message repeats."""


@dataclass(frozen=True, kw_only=True)
class Customers:
    """The customers of one file, in its order."""

    source: str
    """Where the file was read: a path or an address in S3."""
    content: bytes = field(repr=False)
    ids: Sequence[int] = field(repr=False)

    @property
    def sha256(self) -> str:
        """Return the SHA-256 of the file, in hex."""
        return hashlib.sha256(self.content).hexdigest()


def parse_customers(content: bytes, source: str) -> Customers:
    """Return the customers of a CSV file with the one column `customer_id`.

    Raises:
        UsageError: the file is empty, no text, has other columns or no rows, or a row holds no id or one that another
            row holds; the message names the first such row (the header is row 1).
    """
    rows = _rows(content, source)
    if not rows:
        raise _refusal("is empty", source)
    header = [name.strip() for name in rows[0]]
    if header != [COLUMN]:
        raise _refusal(f"has the columns {_short(', '.join(header))!r} instead of {COLUMN!r} alone", source)
    if len(rows) == 1:
        raise _refusal("holds no customer: there is nothing below its header", source)
    return Customers(source=source, content=content, ids=_distinct(_ids(rows[1:], source), source))


def _rows(content: bytes, source: str) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")  # spreadsheets put a mark before the first column's name
        return list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise _refusal(f"cannot be read as CSV: {error}", source) from error


def _ids(rows: Iterable[list[str]], source: str) -> list[int]:
    ids: list[int] = []
    for number, row in enumerate(rows, 2):
        text = row[0].strip() if len(row) == 1 else ",".join(row)
        if not _ID.fullmatch(text) or int(text) > _LARGEST_ID:
            what = (
                "is empty" if not text else f"holds {_short(text)!r}, which is no whole number from 0 to {_LARGEST_ID}"
            )
            raise _refusal(f"row {number} {what}", source)
        ids.append(int(text))
    return ids


def _distinct(ids: list[int], source: str) -> list[int]:
    rows: dict[int, int] = {}
    for number, customer in enumerate(ids, 2):
        first = rows.setdefault(customer, number)
        if first != number:
            raise _refusal(
                f"row {number} repeats customer {customer} of row {first}; {len(ids) - len(set(ids))} of its rows are "
                "repetitions",
                source,
            )
    return ids


def _short(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


def _refusal(what: str, source: str) -> UsageError:
    return UsageError(
        f"The list of customers was not scored: {what}",
        where=f"{source}; nothing was changed",
        cure=f"Write a CSV file with the header {COLUMN} and one customer a line, each once",
    )
