"""From the engine's configuration to a session, refusing everything that is not the local cloud.

Two guards: the endpoint must say that it is the local cloud, and the caller's account must be one that was allowed.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from typing import Any

from localcloud.provider.errors import ConfigurationError, describe
from localcloud.provider.recorded import CloudRecords
from localcloud.provider.session import Session, boto_clients
from localcloud.provider.values import UNKNOWN, Props

HEALTH_PATH = "/_localcloud/health"
CLOUD_NAME = "trainyard-localcloud"

# What is read here; everything else of the provider's configuration either changes where calls go or is not emulated.
_READ = frozenset({"region", "allowedAccountIds", "forbiddenAccountIds", "defaultTags", "ignoreTags", "version"})
_HARMLESS = frozenset(
    {
        "skipCredentialsValidation",
        "skipMetadataApiCheck",
        "skipRegionValidation",
        "skipRequestingAccountId",
        "s3UsePathStyle",
        "maxRetries",
        "retryMode",
        "pluginDownloadURL",
    }
)


def parse(config: Props) -> Props:
    """Return the configuration with nested values decoded: the engine hands objects over as JSON texts.

    Raises:
        ConfigurationError: a key that this provider would have to ignore.
    """
    decoded = {key: _decoded(value) for key, value in config.items() if not key.startswith("__")}
    strange = sorted(decoded.keys() - _READ - _HARMLESS)
    if strange:
        raise ConfigurationError(
            f"aws:{strange[0]} is not supported on the local cloud; supported: {', '.join(sorted(_READ))}"
        )
    return {key: value for key, value in decoded.items() if key in _READ}


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value[:1] in ("[", "{"):
        try:
            return json.loads(value)
        except ValueError:
            return value
    return value


def configure(config: Props, environment: Mapping[str, str] = os.environ) -> Session:
    """Return a session of the local cloud that `environment` points at.

    Raises:
        ConfigurationError: no region, no local cloud, or an account that is not allowed.
    """
    settings = parse(config)
    region = settings.get("region") or environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION")
    if not isinstance(region, str):
        raise ConfigurationError("no region: set `aws:region` in the stack file, or AWS_REGION")
    endpoint = require_local_cloud(environment)
    session = Session(
        clients=boto_clients(),
        region=region,
        records=CloudRecords(endpoint),
        default_tags=_default_tags(settings),
    )
    _require_account(session, settings)
    return session


def require_local_cloud(environment: Mapping[str, str]) -> str:
    """Return the endpoint's URL once it has answered as the local cloud.

    Raises:
        ConfigurationError: there is none, or something else answers; no call to AWS has been made.
    """
    endpoint = environment.get("AWS_ENDPOINT_URL")
    if not endpoint:
        raise ConfigurationError(
            "this is the local cloud's AWS provider and AWS_ENDPOINT_URL is not set: it never talks to AWS. "
            "Run `localcloud start` and take its environment with `localcloud env`, "
            "or install the official plugin for a real account"
        )
    name = _health(endpoint)
    if name != CLOUD_NAME:
        raise ConfigurationError(
            f"this is the local cloud's AWS provider and {endpoint} did not answer {HEALTH_PATH} as the local cloud "
            f"({name}): it never talks to anything else. Run `localcloud start`"
        )
    return endpoint


def _health(endpoint: str) -> str:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{endpoint.rstrip('/')}{HEALTH_PATH}", timeout=10) as answer:
            return str(json.loads(answer.read())["name"])
    except (urllib.error.URLError, OSError) as error:
        return f"no answer: {getattr(error, 'reason', error)}"
    except (ValueError, KeyError, TypeError):
        return "the answer was another one"


def _default_tags(settings: Props) -> dict[str, str]:
    tags = (settings.get("defaultTags") or {}).get("tags") or {}
    return {key: value for key, value in tags.items() if value is not UNKNOWN}


def _require_account(session: Session, settings: Props) -> None:
    try:
        account = session.account
    except Exception as error:
        raise ConfigurationError(f"the local cloud does not accept these credentials: {describe(error)}") from error
    allowed = [str(entry) for entry in settings.get("allowedAccountIds") or ()]
    if allowed and account not in allowed:
        raise ConfigurationError(
            f"the credentials belong to account {account}, and aws:allowedAccountIds allows {', '.join(allowed)}"
        )
    if account in [str(entry) for entry in settings.get("forbiddenAccountIds") or ()]:
        raise ConfigurationError(f"the credentials belong to account {account}, which aws:forbiddenAccountIds names")
