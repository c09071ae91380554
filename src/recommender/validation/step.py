"""The validation step: check a snapshot, write the report, and stop the run where a check fails."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.container import Container, write_json
from recommender.errors import BadOrders
from recommender.validation.dirt import check_dirt
from recommender.validation.finding import Finding, Level
from recommender.validation.report import render_report
from recommender.validation.rows import check_rows
from recommender.validation.volume import check_volume


def validate(container: Container) -> None:
    """Check snapshot/ and write report/validation.json and report/validation.html.

    Raises:
        BadOrders: a check failed; the text names the first rows.
    """
    folder = container.processing_input("snapshot")
    snapshot = json.loads((folder / "snapshot.json").read_text())
    now = datetime.now(UTC).replace(tzinfo=None)
    orders = read_snapshot(folder)
    findings = [*check_rows(orders, now), *check_dirt(orders), *check_volume(orders, now)]
    output = container.processing_output("report")
    write_json(output / "validation.json", describe(snapshot, findings))
    (output / "validation.html").write_text(render_report(snapshot, findings, orders))
    for finding in findings:
        print(f"{finding.level:8} {finding.check}: {finding.message}")
    failed = [finding for finding in findings if finding.level is Level.FAILURE]
    if failed:
        raise BadOrders("the orders failed validation: " + "; ".join(map(explain, failed)))


def read_snapshot(folder: Path) -> pd.DataFrame:
    """Read a snapshot's orders; whole numbers stay whole where some are missing."""
    whole = {pa.int64(): pd.Int64Dtype()}
    return parquet.read_table(folder / "orders.parquet").to_pandas(types_mapper=whole.get)


def explain(finding: Finding) -> str:
    """Return a failure with the first rows that it is about."""
    return finding.message + (f" ({', '.join(finding.rows[:3])})" if finding.rows else "")


def describe(snapshot: dict[str, Any], findings: Sequence[Finding]) -> dict[str, Any]:
    """Return validation.json."""
    return {
        "schema_version": 1,
        "passed": all(finding.level is not Level.FAILURE for finding in findings),
        "data_hash": snapshot["data_hash"],
        "findings": [finding.document() for finding in findings],
    }
