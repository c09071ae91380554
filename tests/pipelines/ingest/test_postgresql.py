import json
from pathlib import Path

import psycopg
import pytest

from tests.pipelines.ingest.certificates import certificate_for
from tests.pipelines.ingest.conftest import Shop
from tests.pipelines.ingest.postgresql import HOST, PASSWORD, READER, Server


def change_secret(shop: Shop, **changed: object) -> None:
    value = json.dumps(shop.server.secret(**changed))
    shop.client("secretsmanager").put_secret_value(SecretId=shop.secret_arn, SecretString=value)


def test_a_snapshot_of_all_orders_is_the_table(shop: Shop) -> None:
    shop.sell(shop.orders.num_rows)
    done = shop.ingest()
    assert done.returncode == 0, done.stderr
    assert shop.ingested() == shop.sold()


def test_rows_of_a_transaction_that_commits_late_are_not_skipped(shop: Shop) -> None:
    shop.sell(100)
    with psycopg.connect(host=str(shop.server.folder), port=shop.server.port, user="shop", dbname="postgres") as late:
        late.execute("INSERT INTO order_lines (invoice_no, invoice_date) VALUES ('late', now())")
        shop.sell(100)
        assert shop.ingest().returncode == 0
        assert shop.told()["rows"] == 200
    assert shop.ingest().returncode == 0
    assert (shop.told()["rows"], shop.told()["new_rows"]) == (201, 1)
    assert shop.ingested() == shop.sold()


def test_the_password_is_nowhere_but_in_the_secret(shop: Shop) -> None:
    shop.sell(50)
    done = shop.ingest()
    change_secret(shop, port=1)
    failed = shop.ingest()
    assert failed.returncode == 1
    s3, bucket = shop.client("s3"), shop.history.split("/")[2]
    kept = [
        s3.get_object(Bucket=bucket, Key=item["Key"])["Body"].read()
        for item in s3.list_objects_v2(Bucket=bucket)["Contents"]
    ]
    files = [path.read_bytes() for path in shop.folder.rglob("*") if path.is_file()]
    said = [text.encode() for text in (done.stdout, done.stderr, failed.stdout, failed.stderr, *shop.command())]
    assert len(files) > 2
    assert not any(PASSWORD.encode() in content for content in (*kept, *files, *said))


def test_the_reader_may_read_and_nothing_else(server: Server, tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text(server.certificate.authority)
    with psycopg.connect(
        host=HOST,
        port=server.port,
        user=READER,
        password=PASSWORD,
        dbname="postgres",
        sslmode="verify-full",
        sslrootcert=str(authority),
        autocommit=True,
    ) as connection:
        assert connection.execute("SELECT count(*) FROM order_lines").fetchone()
        connection.execute("SET default_transaction_read_only = off")
        for statement in ("DELETE FROM order_lines", "UPDATE order_lines SET quantity = 1", "CREATE TABLE x ()"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(statement)


def test_a_role_that_may_write_is_refused(shop: Shop) -> None:
    shop.sell(10)
    with shop.server.owner() as connection:
        connection.execute(f"GRANT INSERT ON order_lines TO {READER}")
        try:
            done = shop.ingest()
        finally:
            connection.execute(f"REVOKE INSERT ON order_lines FROM {READER}")
    assert done.returncode == 1
    assert f"the role {READER} may write to public.order_lines" in done.stderr


def test_a_server_of_another_authority_is_refused(shop: Shop) -> None:
    change_secret(shop, ca=certificate_for(HOST).authority)
    done = shop.ingest()
    assert done.returncode == 1
    assert "certificate verify failed" in done.stderr


def test_a_server_of_another_name_is_refused(shop: Shop) -> None:
    change_secret(shop, host="localhost")
    done = shop.ingest()
    assert done.returncode == 1
    assert 'does not match host name "localhost"' in done.stderr


def test_a_server_without_tls_is_refused(shop: Shop) -> None:
    with shop.server.owner() as connection:
        connection.execute("ALTER SYSTEM SET ssl = off")
        connection.execute("SELECT pg_reload_conf()")
        try:
            done = shop.ingest()
        finally:
            connection.execute("ALTER SYSTEM RESET ssl")
            connection.execute("SELECT pg_reload_conf()")
    assert done.returncode == 1
    assert "server does not support SSL, but SSL was required" in done.stderr
