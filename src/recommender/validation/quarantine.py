"""Quarantine: rows that break a rule are set apart with all their reasons; the others go on."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import ibis
import numpy as np
import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.file_hash import file_hash
from recommender.orders import SCHEMA
from recommender.validation.finding import ROWS_NAMED
from recommender.validation.orders_table import query
from recommender.validation.rule import GroupRule, LineRule, Lines

BATCH_ROWS = 262_144


@dataclass(frozen=True, kw_only=True)
class Quarantine:
    """The rows that are set apart; the table `flagged` holds position and reason, a row for each reason."""

    rows: int
    """How many rows are set apart."""
    reasons: dict[str, int]
    """Rows by reason, most first; a row counts for each of its reasons."""
    examples: dict[str, list[dict[str, Any]]]
    """The first rows of each reason, with their columns."""


def quarantine(backend: Any, lines: Lines, line_rules: Sequence[LineRule], others: Sequence[GroupRule]) -> Quarantine:
    """Judge every row by every rule; the view `good` shows what is not set apart."""
    backend.raw_sql("CREATE OR REPLACE TABLE flagged (position BIGINT, reason VARCHAR)")
    backend.insert("flagged", _by_line(lines, line_rules))
    for rule in others:
        found = rule.offenders(lines)
        backend.insert("flagged", found.select(position=found.position.cast("int64"), reason=ibis.literal(rule.reason)))
    backend.raw_sql(
        "CREATE OR REPLACE VIEW good AS SELECT * FROM lines WHERE position NOT IN (SELECT position FROM flagged)"
    )
    counted = query(backend, "SELECT reason, count(*) FROM flagged GROUP BY reason ORDER BY 2 DESC, 1")
    rows = query(backend, "SELECT count(DISTINCT position) FROM flagged")[0][0]
    return Quarantine(rows=rows, reasons=dict(counted), examples=_examples(backend))


def _by_line(lines: Lines, rules: Sequence[LineRule]) -> Lines:
    """Return position and reason of what breaks line rules, in one pass over the orders."""
    nothing = ibis.null("string")
    reasons = ibis.array([ibis.ifelse(rule.broken(lines), rule.reason, nothing) for rule in rules])
    broken = ibis.or_(*(rule.broken(lines) for rule in rules))
    found = lines.filter(broken).select(position=lines.position.cast("int64"), reason=reasons.unnest())
    return found.filter(found.reason.notnull())


def _examples(backend: Any) -> dict[str, list[dict[str, Any]]]:
    first = backend.con.sql(
        f"""
        WITH first AS (
            SELECT position, reason FROM flagged
            QUALIFY row_number() OVER (PARTITION BY reason ORDER BY position) <= {ROWS_NAMED}
        )
        SELECT reason, lines.* FROM first JOIN lines USING (position) ORDER BY reason, position
        """
    ).to_arrow_table()
    found: dict[str, list[dict[str, Any]]] = {}
    for line in first.to_pylist():
        found.setdefault(line.pop("reason"), []).append(line)
    return found


def write_quarantined(backend: Any, target: Path) -> None:
    """Write the rows that are set apart: the orders' columns, `row` (from 1, as people count) and `reasons`."""
    schema = pa.schema([*SCHEMA, pa.field("row", pa.int64()), pa.field("reasons", pa.list_(pa.string()))])
    names = ", ".join(f"lines.{name}" for name in SCHEMA.names)
    batches = backend.con.sql(
        f"""
        WITH reasons AS (SELECT position, list(reason ORDER BY reason) AS reasons FROM flagged GROUP BY position)
        SELECT {names}, position + 1 AS "row", reasons FROM lines JOIN reasons USING (position) ORDER BY position
        """
    ).to_arrow_reader(BATCH_ROWS)
    with parquet.ParquetWriter(target, schema, compression="zstd") as writer:
        for batch in batches:
            writer.write_batch(batch.cast(schema))


def write_validated(backend: Any, orders: Path, target: Path) -> str:
    """Write the rows that are not set apart, in the snapshot's order; return the SHA-256 of the file's bytes."""
    flagged = backend.con.sql("SELECT DISTINCT position FROM flagged ORDER BY position").fetchnumpy()["position"]
    with parquet.ParquetWriter(target, SCHEMA, compression="zstd") as writer:
        for batch in _kept(orders, np.asarray(flagged, np.int64)):
            writer.write_batch(batch)
    return file_hash(target)


def _kept(orders: Path, flagged: "np.ndarray[Any, np.dtype[np.int64]]") -> Iterator[pa.RecordBatch]:
    begin = 0
    for batch in parquet.ParquetFile(orders).iter_batches(BATCH_ROWS, columns=SCHEMA.names):
        end = begin + batch.num_rows
        low, high = np.searchsorted(flagged, [begin, end])
        kept = np.ones(batch.num_rows, np.bool_)
        kept[flagged[low:high] - begin] = False
        yield batch.filter(pa.array(kept)).cast(SCHEMA)
        begin = end
