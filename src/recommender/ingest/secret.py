"""What opens a retailer's database: a secret in Secrets Manager, which only the job that reads it ever sees.

Its value is a JSON object as RDS writes them (`host`, `port`, `dbname`, `username`, `password`), and `ca`: the
certificates, in PEM, of whoever signed the server's. It goes from the answer of Secrets Manager into the connection.
"""

import json
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlalchemy as sql

from recommender.errors import BadSource
from recommender.ingest.source import OrdersTable, Source
from recommender.ingest.sql_source import open_postgresql

_NEEDED = ("host", "dbname", "username", "password", "ca")
_CONNECT_SECONDS = "15"


@contextmanager
def database_of_secret(arn: str, table: OrdersTable, secrets_manager: Any) -> Generator[Source]:
    """Open the database that a secret names; its certificate and name are always verified.

    Args:
        arn: of the secret.
        table: to read.
        secrets_manager: a boto3 client of the secret's region.

    Raises:
        BadSource: the secret cannot be read, or lacks something. No text of it holds a value of the secret.
    """
    value = _value(arn, secrets_manager)
    url = sql.URL.create(
        "postgresql+psycopg",
        username=value["username"],
        password=value["password"],
        host=value["host"],
        port=int(value.get("port", 5432)),
        database=value["dbname"],
    )
    with tempfile.TemporaryDirectory() as folder:
        authority = Path(folder) / "ca.pem"
        authority.write_text(value["ca"])
        tls = {"sslmode": "verify-full", "sslrootcert": str(authority), "connect_timeout": _CONNECT_SECONDS}
        yield open_postgresql(url, tls, table)


def _value(arn: str, secrets_manager: Any) -> dict[str, Any]:
    try:
        text = secrets_manager.get_secret_value(SecretId=arn)["SecretString"]
    except (secrets_manager.exceptions.ClientError, KeyError) as error:
        raise BadSource(f"the secret {arn} cannot be read: {error}; has its value been set?") from error
    try:
        value = json.loads(text)
        lacking = [name for name in _NEEDED if not value.get(name)]
    except (ValueError, AttributeError):
        raise BadSource(f"the secret {arn} is no JSON object of {', '.join(_NEEDED)}") from None
    if lacking:
        raise BadSource(
            f"the secret {arn} lacks {', '.join(lacking)}; docs/data.md says what it holds. Without a certificate "
            "authority (ca) the server could be anybody: plaintext is not spoken"
        )
    return value
