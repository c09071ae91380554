"""What a job's container is started with: its argument vector and its environment. Pure."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from localcloud.accounts import SECRET_KEY, access_key
from localcloud.cloud import Image
from localcloud.scope import Scope

_SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def container_command(
    image: Image, *, entrypoint: Sequence[str] | None, arguments: Sequence[str] | None, default: Sequence[str] = ()
) -> list[str]:
    """Return what docker would run: `entrypoint` replaces the image's own and its `default` arguments."""
    if entrypoint:
        program = [_interpreter(image) if entrypoint[0] in ("python", "python3") else entrypoint[0], *entrypoint[1:]]
        return [*program, *(arguments or ())]
    return [*image.entrypoint, *(default if arguments is None else arguments)]


def container_environment(
    image: Image, scope: Scope, endpoint_url: str, *, home: Path, own: Mapping[str, str]
) -> dict[str, str]:
    """Return the whole environment: the image's, the job's `own`, and what AWS clients in it need to call the cloud."""
    path = image.environment.get("PATH", _SYSTEM_PATH)
    settled = {
        "PATH": os.pathsep.join([str(Path(_interpreter(image)).parent), path]),
        "PYTHONPATH": str(image.root),
        "PYTHONUNBUFFERED": "1",
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "AWS_ENDPOINT_URL": endpoint_url,
        # MLflow's plugin for AWS makes the address of an app of its ARN, unless it is told one.
        "SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": endpoint_url,
        "AWS_ACCESS_KEY_ID": access_key(scope.account),
        "AWS_SECRET_ACCESS_KEY": SECRET_KEY,
        "AWS_REGION": scope.region,
        "AWS_DEFAULT_REGION": scope.region,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "127.0.0.1,localhost",
    }
    return {**{k: v for k, v in image.environment.items() if k != "PATH"}, **settled, **own}


def _interpreter(image: Image) -> str:
    first = image.entrypoint[0] if image.entrypoint else ""
    return first if Path(first).is_absolute() and Path(first).name.startswith("python") else sys.executable
