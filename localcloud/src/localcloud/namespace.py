"""A mount namespace of its own for each container, with a real `/opt/ml`; no docker, no root.

Owns how a process is isolated; what lies in `/opt/ml` and in the environment belongs to jobs and endpoints.
The mounting is done by `namespace_entry.py`, which runs in the new process and then becomes the container's program.
"""

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from localcloud.errors import LocalCloudError

_ENTRY = Path(__file__).with_name("namespace_entry.py")


def sandboxed(argv: Sequence[str], *, opt_ml: Path, hosts_file: Path | None = None) -> list[str]:
    """Return the argument vector that runs `argv` with the folder `opt_ml` mounted at `/opt/ml`.

    A `hosts_file` takes the place of /etc/hosts, so that containers know each other by name.

    `argv[0]` is looked up in the PATH of the environment that the process is given. The process is replaced by
    `argv` (same process id), and the kernel kills it when the *thread* that started it ends: start it with
    `localcloud.processes.start_process`, or from a thread that lives as long as it should.
    """
    hosts = "" if hosts_file is None else str(hosts_file.resolve())
    return [sys.executable, "-I", "-S", str(_ENTRY), str(opt_ml.resolve()), hosts, *argv]


def check_supported() -> None:
    """Make sure that this machine can run containers.

    Raises:
        LocalCloudError: not Linux, or the kernel does not let this user make user and mount namespaces.
    """
    problem = _find_problem()
    if problem:
        raise LocalCloudError(problem)


@cache
def _find_problem() -> str | None:
    if sys.platform != "linux":
        return (
            f"jobs and endpoints cannot run on {sys.platform}: they need Linux, whose mount namespaces give each "
            "container its own /opt/ml. Run the local cloud on a Linux machine, in WSL 2, or in a Linux VM."
        )
    with tempfile.TemporaryDirectory(prefix="localcloud-") as folder:
        Path(folder, "probe").touch()
        probe = subprocess.run(
            sandboxed(["test", "-e", "/opt/ml/probe"], opt_ml=Path(folder)), capture_output=True, text=True, check=False
        )
    if probe.returncode == 0:
        return None
    return (
        "jobs and endpoints cannot run here: making a user namespace with its own /opt/ml failed "
        f"({probe.stderr.strip() or f'exit code {probe.returncode}'}). Allow it with "
        "`sysctl user.max_user_namespaces=10000` and, on Ubuntu, "
        "`sysctl kernel.apparmor_restrict_unprivileged_userns=0`; in docker, run with "
        "`--security-opt seccomp=unconfined --security-opt apparmor=unconfined`."
    )
