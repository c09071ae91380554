"""Which AWS provider the engine uses on the local target: ours, or the official plugin pointed at the local cloud.

Ours is the default: it needs no download, and all that this project promises of the local target was tried with it. The
official one is for comparing, and is what the workflow `official-plugins.yml` runs the end-to-end tests with.
"""

from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from trainyard.errors import UsageError

Provider = Literal["ours", "official"]

VARIABLE = "TRAINYARD_PROVIDER"
CHOICES = ("ours", "official", "auto")


def choose(wanted: str, engine_homes: list[Path]) -> Provider:
    """Return the provider to use.

    Args:
        wanted: `ours`, `official`, or `auto` for the official one where it is installed already.
        engine_homes: folders that the engine keeps plugins in.

    Raises:
        UsageError: there is no such provider.
    """
    if wanted not in CHOICES:
        raise UsageError(
            f"There is no provider {wanted!r}; there are: {', '.join(CHOICES)}",
            where=f"--provider, or {VARIABLE}",
            cure="Name one of these",
        )
    if wanted == "auto":
        return "official" if any(installed(home) for home in engine_homes) else "ours"
    return "official" if wanted == "official" else "ours"


def installed(engine_home: Path) -> bool:
    """Return whether the official plugin of the SDK's own version is among an engine's plugins."""
    name = f"resource-aws-v{metadata.version('pulumi-aws')}"
    # A download that was interrupted leaves a `.partial` file beside the folder.
    return (engine_home / "plugins" / name).is_dir() and not (engine_home / "plugins" / f"{name}.partial").exists()


def settings(provider: Provider, endpoint_url: str) -> dict[str, str]:
    """Return the variables that make the engine use a provider; both set the same ones, so that a shell can change.

    Buckets need no setting: S3 clients put them into the path where the endpoint is an IP address. S3 Control, which
    the official provider reads tags of buckets with, puts the account before the host instead, and only names below
    `localhost` can take that (systemd's resolver answers them all with this machine).
    """
    official = provider == "official"
    return {
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true" if official else "false",  # ours is a command on PATH
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "false" if official else "true",
        "AWS_ENDPOINT_URL_S3_CONTROL": f"http://localhost:{urlsplit(endpoint_url).port}" if official else endpoint_url,
        VARIABLE: provider,
    }


def user_home(environ: Mapping[str, str], own: Path) -> Path:
    """Return the engine's home of this user, also in a shell that has been pointed at the local cloud's own."""
    named = environ.get("PULUMI_HOME")
    return Path(named) if named and Path(named) != own else Path(environ.get("HOME", "~")).expanduser() / ".pulumi"


def share_plugins(user: Path, own: Path) -> None:
    """Let the local target's engine find, and keep, plugins where the user's engine does: they are large."""
    link = own / "plugins"
    if link.exists() or link.is_symlink():
        return
    (user / "plugins").mkdir(parents=True, exist_ok=True)
    own.mkdir(parents=True, exist_ok=True)
    link.symlink_to(user / "plugins", target_is_directory=True)
