"""What pip needs to know of the machine that builds: its registry and its certificates, as secrets of the build.

They are mounted for the one step that installs packages and stay in no layer, no argument and no history.
"""

import configparser
from collections.abc import Mapping
from pathlib import Path

CERTIFICATES = "/run/secrets/ca.pem"
"""Where the Dockerfiles mount the secret `ca`."""

_PIP_VARIABLES = ("PIP_INDEX_URL", "PIP_EXTRA_INDEX_URL", "PIP_TRUSTED_HOST", "PIP_PROXY", "PIP_DEFAULT_TIMEOUT")
_CERTIFICATE_VARIABLES = ("PIP_CERT", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")


def pip_secrets(environ: Mapping[str, str], scratch: Path) -> dict[str, Path]:
    """Return the build's secrets: none where this shell says nothing about pip or certificates.

    Args:
        environ: pip's own variables, and those that name a bundle of certificates.
        scratch: a folder that outlives the build; pip's settings are written there.
    """
    settings = {name[4:].lower().replace("_", "-"): environ[name] for name in _PIP_VARIABLES if environ.get(name)}
    bundle = next((Path(environ[name]) for name in _CERTIFICATE_VARIABLES if environ.get(name)), None)
    secrets = dict[str, Path]()
    if bundle is not None and bundle.is_file():
        secrets["ca"] = bundle
        settings["cert"] = CERTIFICATES
    if settings:
        secrets["pip"] = _write(scratch / "pip.conf", settings)
    return secrets


def _write(path: Path, settings: Mapping[str, str]) -> Path:
    document = configparser.RawConfigParser()
    document["global"] = dict(settings)
    path.touch(mode=0o600)
    with path.open("w") as file:
        document.write(file)
    return path
