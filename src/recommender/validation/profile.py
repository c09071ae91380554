"""The profile: what each column holds, in numbers that a person looks at and the next snapshot is compared with."""

from dataclasses import asdict, dataclass
from typing import Any

from recommender.orders import SCHEMA
from recommender.validation.orders_table import query

MOST_FREQUENT = 5


@dataclass(frozen=True, kw_only=True)
class ColumnProfile:
    """One column of the snapshot, its rows in quarantine among them."""

    column: str
    kind: str
    missing: int
    distinct: int
    """About: counted in a sketch of fixed size."""
    smallest: str
    middle: str
    """The median of numbers and dates."""
    largest: str
    frequent: list[tuple[str, int]]
    """The most frequent values with their rows; of columns with few values only."""

    def document(self) -> dict[str, Any]:
        """Return the profile as JSON types."""
        return asdict(self)


def profile_columns(backend: Any) -> list[ColumnProfile]:
    """Profile every column of the database's view `lines`."""
    return [_profile(backend, field.name, str(field.type)) for field in SCHEMA]


def _profile(backend: Any, column: str, kind: str) -> ColumnProfile:
    ordered = kind != "string"
    middle = f"quantile_disc({column}, 0.5)" if ordered else "NULL"
    missing, distinct, *span = query(
        backend,
        f"SELECT count(*) - count({column}), approx_count_distinct({column}), "
        f"min({column}), {middle}, max({column}) FROM lines",
    )[0]
    frequent = [] if ordered and kind != "int64" else _frequent(backend, column)
    smallest, median, largest = ("" if value is None else str(value) for value in span)
    return ColumnProfile(
        column=column,
        kind=kind,
        missing=missing,
        distinct=distinct,
        smallest=smallest,
        middle=median,
        largest=largest,
        frequent=frequent,
    )


def _frequent(backend: Any, column: str) -> list[tuple[str, int]]:
    found = query(
        backend,
        f"SELECT {column}, count(*) FROM lines WHERE {column} IS NOT NULL "
        f"GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {MOST_FREQUENT}",
    )
    return [(str(value), rows) for value, rows in found]
