"""Takes the demonstration away and looks for what is left of it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import psutil
from rich.console import Console

from trainyard import aws
from trainyard.demo.remaining import remaining
from trainyard.engine import obtain
from trainyard.errors import UsageError
from trainyard.local import command as localcloud
from trainyard.local.target import variables
from trainyard.local.workspace import Workspace
from trainyard.provision import Provision
from trainyard.teardown import destroy

STACK = "dev"
MARK = "told-by-the-demonstration"
"""A file in the workspace that says whose it is."""


def begin_anew(workspace: Workspace, say: Callable[[str], None]) -> None:
    """Make room for a story: what an earlier one left goes, what somebody else made stays.

    Raises:
        UsageError: the local cloud of this checkout holds something that no demonstration made.
    """
    mark = workspace.root / MARK
    if workspace.cloud.exists():
        if not mark.exists():
            raise UsageError(
                "The local cloud of this checkout is in use, and not by a demonstration",
                where=str(workspace.cloud),
                cure="Run it in another checkout; or `trainyard local stop`, and remove that folder's parent",
            )
        say("An earlier demonstration is taken away first.")
        localcloud.call(workspace.cloud, ["stop"])
        for folder in (workspace.cloud, workspace.stack_files, workspace.engine_state, workspace.engine_home):
            shutil.rmtree(folder, ignore_errors=True)
    workspace.root.mkdir(exist_ok=True)
    mark.touch()


def take_down(project: Path, console: Console) -> list[str]:
    """Destroy the environment, stop the local cloud, and return what is left in either, one line a thing."""

    def say(line: str) -> None:
        console.print(line, highlight=False, markup=False)

    workspace = Workspace(project)
    if not workspace.cloud.exists():
        say("There is no local cloud of this checkout; nothing to take away.")
        return []
    # Started again where it was stopped: what it holds must go through the same deletions as on AWS.
    localcloud.call(workspace.cloud, ["start"])
    engine = obtain(say)
    target = variables(workspace, STACK, engine, os.environ)
    os.environ.update(target)
    code = destroy(Provision(project, STACK, engine, dict(os.environ)), say)
    left = [] if code == 0 else [f"`trainyard destroy` ended with {code}"]
    left += list(remaining(lambda service: aws.client(service, target["AWS_REGION"])))
    left += stop(workspace)
    if not left:
        shutil.rmtree(workspace.root)
    return left


def leave_nothing(workspace: Workspace) -> list[str]:
    """Stop the local cloud with all that it holds, remove the workspace, and return the processes that still run."""
    if not (workspace.root / MARK).exists():
        return []
    left = stop(workspace) if workspace.cloud.exists() else []
    if not left:
        shutil.rmtree(workspace.root, ignore_errors=True)
    return left


def stop(workspace: Workspace) -> list[str]:
    """Stop the local cloud and return the processes of it that still run, one line each."""
    pid = localcloud.ask(workspace.cloud, ["status"]).get("pid")
    localcloud.call(workspace.cloud, ["stop"])
    return processes_of(pid, workspace.cloud)


def processes_of(pid: int | None, home: Path) -> list[str]:
    """Return the processes that still run under the local cloud's home."""
    found: list[str] = []
    for process in psutil.process_iter(["pid", "cmdline"]):
        line = " ".join(process.info["cmdline"] or [])
        if process.info["pid"] == pid or (str(home) in line and process.info["pid"] != os.getpid()):
            found.append(f"process {process.info['pid']}: {line[:120]}")
    return found
