"""Orders that nothing is wrong with, and what the tests of validation do with them."""

import json
import random
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as parquet

from recommender.container import Container
from recommender.ingest import describe
from recommender.validation.finding import Finding
from recommender.validation.group_rules import group_rules
from recommender.validation.limits import Limits
from recommender.validation.line_rules import line_rules
from recommender.validation.orders_table import opened, read_lines
from recommender.validation.quarantine import quarantine
from recommender.validation.step import judge
from tests.unit.recommender.synthetic import order_table

START = datetime(2024, 1, 1, 9)
NOW = datetime(2024, 7, 1)
DAYS = 180
LINES_AN_INVOICE = 4
PRODUCTS = [
    ("10001", "RED GLASS MUG", 1.5),
    ("10002A", "BLUE WOODEN LANTERN", 4.25),
    ("10003", "COTTON BUNTING", 2.1),
    ("10004", "ENAMEL BOWL", 7.95),
    ("10005b", "PAPER NAPKINS", 0.85),
]

Line = dict[str, Any]


def clean_lines(seed: int, invoices: int = 60) -> list[Line]:
    """Lines of invoices with four lines each, with the dirt of every shop: none of it is wrong."""
    chance = random.Random(seed)
    lines: list[Line] = []
    for at in range(invoices):
        customer = None if chance.random() < 0.2 else 12_000 + at % 17
        shared = {
            "invoice_no": str(500_000 + at),
            "invoice_date": START + timedelta(days=DAYS * at / invoices),
            "customer_id": customer,
            "country": chance.choice(["United Kingdom", "EIRE", "Côte d'Ivoire"]),
        }
        for product in (at + line for line in range(LINES_AN_INVOICE)):
            code, name, price = PRODUCTS[product % len(PRODUCTS)]
            lines.append(
                shared
                | {"stock_code": code, "description": name, "quantity": chance.randint(1, 40)}
                | {"unit_price": round(price * chance.choice([1, 0.9, 2]), 2)}
            )
    return lines + _dirt(lines)


def _dirt(lines: Sequence[Line]) -> list[Line]:
    last, known = lines[-1], next(line for line in reversed(lines) if line["customer_id"])
    return [
        last | {"stock_code": "POST", "description": "POSTAGE", "unit_price": 18.0},
        last | {"unit_price": 0.0, "description": "damaged"},
        last | {"description": None},
        last | {"quantity": -3, "unit_price": 0.0},
        last | {"stock_code": last["stock_code"].lower()},
        dict(last),
        known | {"invoice_no": f"C{known['invoice_no']}", "quantity": -known["quantity"]},
        last | {"invoice_no": "A563185", "stock_code": "B", "unit_price": -11_062.06, "quantity": 1},
    ]


def quarantined(lines: Sequence[Line]) -> dict[int, set[str]]:
    """The rows that the rules set apart, with their reasons."""
    with tempfile.TemporaryDirectory() as folder, opened() as backend:
        parquet.write_table(order_table(*lines), Path(folder) / "orders.parquet")
        table = read_lines(backend, Path(folder) / "orders.parquet")
        quarantine(backend, table, line_rules(NOW), group_rules())
        found: dict[int, set[str]] = {}
        for position, reason in backend.con.execute("SELECT position, reason FROM flagged").fetchall():
            found.setdefault(position, set()).add(reason)
        return found


def steady(per_day: int = 60, days: int = DAYS, start: datetime = START) -> list[Line]:
    """Lines that come day by day, each an invoice of its own: enough of them to learn from."""
    return [
        {
            "invoice_no": f"{500_000 + (start - START).days * 10_000 + day * per_day + at}",
            "invoice_date": start + timedelta(days=day),
            "customer_id": 12_000 + at,
            "stock_code": str(20_000 + at % 30),
            "description": f"MUG {at % 30}",
            "quantity": 1 + day % 7,
        }
        for day in range(days)
        for at in range(per_day)
    ]


def lay_snapshot(container: Container, orders: pa.Table) -> None:
    """Put orders where the validation step looks for a snapshot."""
    folder = container.processing_input("snapshot")
    folder.mkdir(parents=True)
    parquet.write_table(orders, folder / "orders.parquet")
    (folder / "snapshot.json").write_text(json.dumps(describe(orders, "0" * 64)))


def findings(
    lines: Sequence[Line],
    folder: Path,
    *,
    now: datetime = NOW,
    limits: Limits | None = None,
    change: Callable[[pa.Table], pa.Table] = lambda table: table,
) -> dict[str, Finding]:
    """What the checks say of these orders, by check."""
    folder = Path(tempfile.mkdtemp(dir=folder))
    container = Container(root=folder)
    lay_snapshot(container, change(order_table(*lines)))
    rules = {rule.reason: rule for rule in (*line_rules(now), *group_rules())}
    with opened() as backend:
        judged = judge(backend, container.processing_input("snapshot"), rules, limits or Limits(), now)
    return {finding.check: finding for finding in judged.findings}
