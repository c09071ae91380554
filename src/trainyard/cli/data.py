"""`trainyard data`: orders checked and brought in; their versions are in `trainyard.cli.data_versions`."""

import json as json_format
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from trainyard.cli import data_versions
from trainyard.cli.session import Json, Service, Session, Stack, console
from trainyard.data import CheckedOrders, check_orders_file, import_orders

app = typer.Typer(help="Orders: check a file, and bring it in for training.", no_args_is_help=True)

File = Annotated[
    Path,
    typer.Argument(
        help="Parquet or CSV file with one order line a row, or a SQLite or DuckDB one.", show_default=False
    ),
]


@app.command()
def check(file: File, json: Json = False) -> None:
    """Check a file of orders, without AWS: format, columns, types, dates.

    Exit code 2 says what is wrong and where: an empty or cut-off file, a missing column, text in `quantity`, dates in
    the future.
    """
    orders = check_orders_file(file, datetime.now(UTC))
    if json:
        typer.echo(json_format.dumps(_document(orders)))
    else:
        console().print(_sentence(orders))


@app.command(name="import")
def import_(service: Service, file: File, stack: Stack = "dev", json: Json = False) -> None:
    """Check a file of orders and put it into the environment's raw bucket.

    The content's hash is part of the address and identifies this data in every record that follows. Importing the
    same file again changes nothing.
    """
    orders = check_orders_file(file, datetime.now(UTC))
    session = Session(stack, service)
    done = import_orders(
        orders,
        bucket=session.platform.buckets.raw,
        account=session.platform.account,
        service=service,
        s3=session.client("s3"),
    )
    if json:
        typer.echo(json_format.dumps(_document(orders) | {"uri": done.uri, "already_there": done.already_there}))
        return
    out = console()
    out.print(_sentence(orders))
    out.print(f"{'Already there' if done.already_there else 'Imported'}: {done.uri}", soft_wrap=True)
    out.print(f"sha256 {done.sha256}")
    out.print(f"Next: trainyard pipeline run {service} --latest --stack {stack}")


data_versions.register(app)


def _sentence(orders: CheckedOrders) -> str:
    return (
        f"{orders.path.name}: {orders.rows:,} order lines of {orders.customers:,} customers, "
        f"{orders.first_order:%Y-%m-%d} to {orders.last_order:%Y-%m-%d}"
    )


def _document(orders: CheckedOrders) -> dict[str, object]:
    return {
        "sha256": orders.sha256,
        "rows": orders.rows,
        "customers": orders.customers,
        "first_order": orders.first_order.isoformat(),
        "last_order": orders.last_order.isoformat(),
    }
