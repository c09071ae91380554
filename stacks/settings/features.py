"""What computes a service's features."""

from typing import Literal

from stacks.settings.dials import Dials


class FeatureSettings(Dials):
    """What computes the features of a run, on the processing instance."""

    engine: Literal["duckdb", "spark"]
    """`duckdb` keeps on disk what memory does not hold; it does ten million order lines on two cores. `spark` takes all
    cores of the instance; on AWS its runs name an image of yours with pyspark and Java 17 (docs/features.md)."""
