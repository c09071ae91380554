"""The variables that make a shell, an engine or a test speak to the local cloud instead of AWS."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from trainyard.engine import Engine
from trainyard.local import provider
from trainyard.local.command import ask
from trainyard.local.workspace import Workspace


def credentials(workspace: Workspace, environment: str) -> dict[str, str]:
    """Return what lets AWS clients into an environment's account on the local cloud.

    Raises:
        UsageError: the local cloud is not running.
    """
    place = ["--account", workspace.account(environment), "--region", workspace.region(environment)]
    return {str(key): str(value) for key, value in ask(workspace.cloud, ["env", *place]).items()}


def variables(workspace: Workspace, environment: str, engine: Engine, environ: Mapping[str, str]) -> dict[str, str]:
    """Return what to set for `environment` on the local target.

    The interpreter's folder goes first on PATH: the language host runs the `python` it finds there, and the engine
    the `pulumi-resource-aws`. TRAINYARD_PROVIDER in `environ` chooses another provider than ours.

    Raises:
        UsageError: the local cloud is not running, or there is no such provider.
    """
    user = provider.user_home(environ, workspace.engine_home)
    chosen = provider.choose(environ.get(provider.VARIABLE) or "ours", [workspace.engine_home, user])
    cloud = credentials(workspace, environment)
    workspace.refresh()
    if chosen == "official":
        provider.share_plugins(user, workspace.engine_home)
    interpreter = str(Path(sys.executable).parent)
    rest = [part for part in environ.get("PATH", "").split(os.pathsep) if part not in (interpreter, str(engine.bin))]
    return {
        **cloud,
        "PATH": os.pathsep.join([interpreter, str(engine.bin), *rest]),
        "PULUMI_BACKEND_URL": f"file://{workspace.engine_state}",
        "PULUMI_HOME": str(workspace.engine_home),
        "PULUMI_OPTION_CWD": str(workspace.stack_files),
        "PULUMI_CONFIG_PASSPHRASE": workspace.passphrase(),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        **provider.settings(chosen, cloud["AWS_ENDPOINT_URL"]),
        "TRAINYARD_PROJECT": str(workspace.project),
        "TRAINYARD_STACK": environment,
        "TRAINYARD_ACCOUNT": workspace.account(environment),
        "TRAINYARD_TARGET": "local",
    }
