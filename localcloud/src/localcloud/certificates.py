"""The cloud's own certificate authority: signs certificates of AWS's host names, for clients behind the proxy.

It is made at the first start and kept in the home, readable by its owner only; nothing outside the shells that
`localcloud env` sets up trusts it.
"""

import ssl
import threading
from pathlib import Path

import certifi
import trustme


class Authority:
    """A certificate authority in a folder, and a bundle of the public authorities and this one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._contexts: dict[str, ssl.SSLContext] = {}
        self._ca = self._load()
        self._write_bundle()

    @property
    def bundle(self) -> Path:
        """The file that clients are given as their bundle of authorities."""
        return self._folder / "bundle.pem"

    def context(self, host: str) -> ssl.SSLContext:
        """Return a server's TLS context that proves to be `host`."""
        with self._lock:
            if host not in self._contexts:
                context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
                self._ca.issue_cert(host).configure_cert(context)
                self._contexts[host] = context
            return self._contexts[host]

    def _load(self) -> trustme.CA:
        certificate, key = self._folder / "ca.pem", self._folder / "ca.key"
        if certificate.exists() and key.exists():
            return trustme.CA.from_pem(certificate.read_bytes(), key.read_bytes())
        ca = trustme.CA(organization_name="Trainyard local cloud")
        key.touch(mode=0o600)
        key.write_bytes(ca.private_key_pem.bytes())
        certificate.write_bytes(ca.cert_pem.bytes())
        return ca

    def _write_bundle(self) -> None:
        system = ssl.get_default_verify_paths().cafile
        sources = {Path(certifi.where()), *([Path(system)] if system else [])} - {self.bundle}
        parts = [source.read_bytes() for source in sorted(sources)]
        self.bundle.write_bytes(b"\n".join([*parts, self._ca.cert_pem.bytes()]))
