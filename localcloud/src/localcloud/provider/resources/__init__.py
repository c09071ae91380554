"""The executed tier: a row for each type that the emulated API serves, gathered by token."""

from collections.abc import Mapping

from localcloud.provider.resource import Resource
from localcloud.provider.resources import s3_bucket

TABLE: Mapping[str, Resource] = {row.token: row for module in (s3_bucket,) for row in module.ROWS}
