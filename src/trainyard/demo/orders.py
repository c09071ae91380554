"""Orders for the demonstration: a file, the public data set, or the simulator where this machine is offline."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from trainyard.errors import UsageError

Say = Callable[[str], None]

UCI_ONLINE_RETAIL = 352
"""Online Retail, UCI Machine Learning Repository, D. Chen, 2015, doi 10.24432/C5BW33, CC BY 4.0."""

_DOWNLOAD = """
import sys
from ucimlrepo import fetch_ucirepo
o = fetch_ucirepo(id=int(sys.argv[1])).data.original
names = {"InvoiceNo": "invoice_no", "StockCode": "stock_code", "Description": "description", "Quantity": "quantity",
         "InvoiceDate": "invoice_date", "UnitPrice": "unit_price", "CustomerID": "customer_id", "Country": "country"}
o = o.rename(columns=names)
import pandas as pd
o["invoice_date"] = pd.to_datetime(o["invoice_date"]).astype("datetime64[us]")
for text in ("invoice_no", "stock_code", "description", "country"):
    o[text] = o[text].astype("string")
o.sort_values("invoice_date").to_parquet(sys.argv[2], index=False)
"""


def find(given: Path | None, folder: Path, say: Say) -> Path:
    """Return a file of orders: `given`, else a download kept in `folder`, else a simulation there.

    Raises:
        UsageError: `given` does not exist.
    """
    if given is not None:
        if not given.is_file():
            raise UsageError(
                "There is no such file of orders",
                where=str(given),
                cure="Give an existing Parquet or CSV file: make demo DATA=…",
            )
        return given.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    public = folder / "online_retail.parquet"
    if public.exists() or _run("-c", _DOWNLOAD, str(UCI_ONLINE_RETAIL), str(public)):
        return public
    say(
        "This machine is offline: the public orders (UCI Online Retail) cannot be had, simulated ones are used instead."
    )
    return simulate(folder / "simulated.parquet")


def simulate(file: Path, rows: int | None = None) -> Path:
    """Return a file of simulated orders, made where it is not there yet.

    Raises:
        UsageError: the simulator fails.
    """
    size = ["--rows", str(rows)] if rows else []
    file.parent.mkdir(parents=True, exist_ok=True)
    if not file.exists() and not _run("-m", "recommender", "simulate", str(file), *size):
        raise UsageError("The simulator failed", where=str(file), cure="Give a file: make demo DATA=orders.parquet")
    return file


def _run(*arguments: str) -> bool:
    return subprocess.run([sys.executable, *arguments], capture_output=True, timeout=600, check=False).returncode == 0
