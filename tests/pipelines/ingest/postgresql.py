"""Debian's PostgreSQL with a shop's orders in it: on loopback, with TLS, run by a user that is not root."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from tests.pipelines.ingest.certificates import ServerCertificate, certificate_for

GRANTS = Path(__file__).parents[3] / "docs" / "source-database.sql"
READER, PASSWORD = "trainyard_reader", "correct horse battery staple"
HOST = "127.0.0.1"
TABLE = """
CREATE TABLE order_lines (
    line_id bigserial PRIMARY KEY, invoice_no text, stock_code text, description text, quantity integer,
    invoice_date timestamp, unit_price numeric(10, 3), customer_id bigint, country text
)"""


@dataclass(frozen=True, kw_only=True)
class Server:
    """A running server."""

    port: int
    folder: Path
    certificate: ServerCertificate

    def owner(self) -> psycopg.Connection[tuple[object, ...]]:
        """Connect as the shop, over the server's own socket."""
        return psycopg.connect(host=str(self.folder), port=self.port, user="shop", dbname="postgres", autocommit=True)

    def secret(self, **changed: object) -> dict[str, object]:
        """The value of a secret that opens it for the reader."""
        value: dict[str, object] = {
            "host": HOST,
            "port": self.port,
            "dbname": "postgres",
            "username": READER,
            "password": PASSWORD,
            "ca": self.certificate.authority,
        }
        return value | changed


def missing_means() -> str:
    """Return why no server can be started here, or an empty text."""
    if _binaries() or (os.geteuid() == 0 and shutil.which("apt-get")):
        return ""
    return "no PostgreSQL on this machine (Debian's package postgresql), and no right to install it"


@contextmanager
def running_server() -> Iterator[Server]:
    """Start a server in a folder of its own, with an empty table of orders and the reader's role."""
    if not _binaries():
        for arguments in (("update", "--quiet"), ("install", "--yes", "--quiet", "postgresql")):
            _run(Path("/"), "apt-get", *arguments)
    folder = Path(tempfile.mkdtemp(prefix="trainyard-postgresql-"))
    server = Server(port=_free_port(), folder=folder, certificate=certificate_for(HOST))
    try:
        _lay_out(server)
        control = (str(_binary("pg_ctl")), "--pgdata", str(folder / "data"), "--wait")
        _run(folder, *control, "--log", str(folder / "log"), "start")
        try:
            _fill(server)
            yield server
        finally:
            _run(folder, *control, "--mode", "immediate", "stop")
    finally:
        shutil.rmtree(folder)


def _lay_out(server: Server) -> None:
    folder = server.folder
    for name, content in (("server.crt", server.certificate.certificate), ("server.key", server.certificate.key)):
        (folder / name).write_text(content)
        (folder / name).chmod(0o600)
    _give_away(folder)
    initdb = (str(_binary("initdb")), "--pgdata", str(folder / "data"), "--username", "shop", "--no-sync")
    _run(folder, *initdb, "--auth-local", "trust", "--auth-host", "scram-sha-256", "--locale", "C.UTF-8")
    (folder / "data" / "pg_hba.conf").write_text("local all all trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
    settings = {
        "listen_addresses": HOST,
        "port": server.port,
        "unix_socket_directories": folder,
        "ssl": "on",
        "ssl_cert_file": folder / "server.crt",
        "ssl_key_file": folder / "server.key",
        "fsync": "off",
    }
    with (folder / "data" / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    _give_away(folder)


def _fill(server: Server) -> None:
    with server.owner() as connection:
        connection.execute(TABLE)
    variables = {"role": READER, "table": "public.order_lines", "password": PASSWORD}
    given = [f"--set={name}={value}" for name, value in variables.items()]
    address = ("--host", str(server.folder), "--port", str(server.port), "--username", "shop")
    _run(
        server.folder,
        str(_binary("psql")),
        *address,
        "--set=ON_ERROR_STOP=1",
        *given,
        "--file",
        str(GRANTS),
        "postgres",
    )


def _binaries() -> Sequence[Path]:
    return sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


def _binary(name: str) -> Path:
    return _binaries()[-1] / name


def _give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)


def _run(folder: Path, *command: str) -> None:
    """Run a command of the server: as root it refuses to work."""
    demoted = os.geteuid() == 0 and command[0].startswith("/")
    done = subprocess.run(
        command, cwd=folder, text=True, capture_output=True, check=False, user="postgres" if demoted else None
    )
    assert done.returncode == 0, f"{command[0]}: {done.stdout[-1000:]} {done.stderr[-2000:]}"


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        return listening.getsockname()[1]
