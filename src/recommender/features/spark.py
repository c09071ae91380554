"""Spark: the engine where the purchases are a cluster's. The expressions are those that DuckDB runs."""

import os
import shutil
from pathlib import Path

import ibis
import pyarrow as pa
import pyarrow.parquet as parquet_files
from ibis.expr.types import Table
from pyspark.sql import DataFrame, SparkSession

from recommender.errors import EngineMissing


class Spark:
    """A cluster, or Spark's local mode.

    Args:
        session: a running session; its time zone is set to UTC, in which all orders are.
    """

    def __init__(self, session: SparkSession) -> None:
        session.conf.set("spark.sql.session.timeZone", "UTC")
        self._session = session
        self._backend = ibis.pyspark.connect(session)
        self._kept: dict[str, DataFrame] = {}

    def table(self, name: str) -> Table:
        """Return a table or view."""
        return self._backend.table(name)

    def read(self, name: str, parquet: Path) -> Table:
        """Name a Parquet file."""
        self._session.read.parquet(str(parquet)).createOrReplaceTempView(name)
        return self.table(name)

    def keep(self, name: str, rows: Table) -> Table:
        """Cache rows in the executors' memory and disks."""
        frame = self._session.sql(self._backend.compile(rows)).persist()
        frame.count()  # before what it is made of changes: a cache fills at first use
        return self._named(name, frame)

    def offer(self, name: str, rows: pa.Table) -> Table:
        """Send rows from the driver."""
        return self._named(name, self._session.createDataFrame(rows).persist())

    def fetch(self, rows: Table) -> pa.Table:
        """Collect rows in the driver."""
        collected = self._session.sql(self._backend.compile(rows)).toArrow()
        return collected.cast(pa.schema([field.with_nullable(True) for field in rows.schema().to_pyarrow()]))

    def write(self, rows: Table, parquet: Path) -> None:
        """Collect rows and write them as one file, for the steps that follow on one machine."""
        parquet_files.write_table(self.fetch(rows), parquet, compression="zstd")

    def _named(self, name: str, frame: DataFrame) -> Table:
        before = self._kept.pop(name, None)
        frame.createOrReplaceTempView(name)
        if before is not None:
            before.unpersist()
        self._kept[name] = frame
        return self.table(name)


def open_session(master: str | None = None, *, shuffle_partitions: int = 8) -> SparkSession:
    """Start Spark, or join the application that this process is the driver of.

    Args:
        master: where to run, such as `local[2]`; without it `spark-submit` says, else all cores of this machine.
        shuffle_partitions: into how many parts rows are grouped: about twice the cores.

    Raises:
        EngineMissing: there is no Java.
    """
    if "JAVA_HOME" not in os.environ and shutil.which("java") is None:
        raise EngineMissing(
            "Spark needs Java 17, and there is none on PATH or in JAVA_HOME: install openjdk-17-jre-headless, run this "
            "step in an image that has it, or turn the dial features.engine back to duckdb"
        )
    builder = SparkSession.builder.appName("recommender-features")
    if master is not None:
        builder = builder.master(master)
    settings = {
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.sql.shuffle.partitions": str(shuffle_partitions),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()
