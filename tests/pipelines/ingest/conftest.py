import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pyarrow as pa
import pyarrow.parquet as parquet
import pytest
from moto.server import ThreadedMotoServer

from recommender.container import Container
from recommender.orders import read_orders
from recommender.simulation.step import simulated_orders
from tests.pipelines.ingest.postgresql import Server, missing_means, running_server

COLUMNS = "invoice_no, stock_code, description, quantity, invoice_date, unit_price, customer_id, country"
REAL = Path(__file__).parents[4] / "shared" / "data" / "online_retail.parquet"
BUCKET, REGION = "features", "eu-west-1"


@dataclass
class Shop:
    """A shop's database, the cloud that its secret and its history lie in, and ingest as a real process."""

    server: Server
    folder: Path
    environment: dict[str, str]
    orders: pa.Table
    """To sell, in this order."""
    secret_arn: str = ""
    history: str = ""
    runs: int = 0

    def client(self, service: str) -> Any:
        return boto3.client(
            service,
            endpoint_url=self.environment["AWS_ENDPOINT_URL"],
            region_name=REGION,
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )

    def sell(self, count: int) -> None:
        """Insert the next order lines of the set, beginning again at its end."""
        statement = f"COPY order_lines ({COLUMNS}) FROM STDIN"
        with self.server.owner() as connection, connection.cursor().copy(statement) as copy:
            for line in rows(self.orders[:count]):
                copy.write_row(line)
        self.orders = pa.concat_tables([self.orders[count:], self.orders[:count]])

    def command(self, *more: str, script: Sequence[str] = ("-m", "recommender")) -> list[str]:
        self.runs += 1
        given = ("--source", self.secret_arn, "--history", self.history, "--table", "public.order_lines")
        root = str(self.folder / str(self.runs))
        return [sys.executable, *script, "--opt-ml", root, "ingest", *given, *more]

    def ingest(self, *more: str, script: Sequence[str] = ("-m", "recommender")) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*more, script=script), env=self.environment, text=True, capture_output=True, check=False
        )

    @property
    def output(self) -> Path:
        return Container(root=self.folder / str(self.runs)).processing_output("snapshot")

    def told(self) -> dict[str, Any]:
        return json.loads((self.output / "snapshot.json").read_text())

    def ingested(self) -> Counter[tuple[object, ...]]:
        orders = parquet.ParquetFile(self.output / "orders.parquet").read()
        return Counter(rows(orders))

    def sold(self) -> Counter[tuple[object, ...]]:
        with self.server.owner() as connection:
            columns = COLUMNS.replace("unit_price", "unit_price::float8")
            return Counter(connection.execute(f"SELECT {columns} FROM order_lines"))


def rows(orders: pa.Table) -> Iterator[tuple[object, ...]]:
    return zip(*(column.to_pylist() for column in orders.columns), strict=True)


@pytest.fixture(scope="session")
def orders() -> pa.Table:
    """The real orders where they are, else simulated ones."""
    return read_orders(REAL) if REAL.exists() else simulated_orders(rows=60_000, seed=0)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    if reason := missing_means():
        pytest.skip(reason)
    with running_server() as server:
        yield server


@pytest.fixture(scope="session")
def cloud() -> Iterator[str]:
    server = ThreadedMotoServer(port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def shop(server: Server, cloud: str, orders: pa.Table, tmp_path: Path) -> Shop:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PG"))}
    environment |= {"AWS_ENDPOINT_URL": cloud, "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    environment |= {"AWS_DEFAULT_REGION": REGION, "AWS_EC2_METADATA_DISABLED": "true"}
    shop = Shop(server=server, folder=tmp_path, environment=environment, orders=orders)
    with server.owner() as connection:
        connection.execute("TRUNCATE order_lines RESTART IDENTITY")
    value = json.dumps(server.secret())
    shop.secret_arn = shop.client("secretsmanager").create_secret(Name=tmp_path.name, SecretString=value)["ARN"]
    buckets = shop.client("s3")
    if BUCKET not in {bucket["Name"] for bucket in buckets.list_buckets()["Buckets"]}:
        buckets.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    shop.history = f"s3://{BUCKET}/{tmp_path.name}/history"
    return shop
