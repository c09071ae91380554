"""A job's folders on this machine: what becomes /opt/ml, a home folder, and its log."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from localcloud.cloud import Cloud
from localcloud.scope import Scope


@dataclass(frozen=True)
class Workspace:
    """The folders of one job; only `log` outlives it."""

    root: Path

    @classmethod
    def create(cls, cloud: Cloud, scope: Scope, kind: str, name: str) -> "Workspace":
        """Make the folders of a new job, empty."""
        workspace = cls(cloud.home / "jobs" / scope.account / scope.region / kind / name)
        shutil.rmtree(workspace.root, ignore_errors=True)
        workspace.opt_ml.mkdir(parents=True)
        workspace.home.mkdir()
        return workspace

    def of_host(self, host: str) -> "Workspace":
        """Return the folders of one of several hosts; the first has the job's own."""
        if host == "algo-1":
            return self
        workspace = Workspace(self.root / host)
        workspace.opt_ml.mkdir(parents=True, exist_ok=True)
        workspace.home.mkdir(exist_ok=True)
        return workspace

    @property
    def opt_ml(self) -> Path:
        """The folder that the container sees as /opt/ml."""
        return self.root / "opt_ml"

    @property
    def home(self) -> Path:
        """The container's HOME."""
        return self.root / "home"

    @property
    def log(self) -> Path:
        """The file with all of the container's output."""
        return self.root / "output.log"

    def clear(self) -> None:
        """Remove all but the logs."""
        for host in self.root.glob("algo-*"):
            Workspace(host).clear()
        shutil.rmtree(self.opt_ml, ignore_errors=True)
        shutil.rmtree(self.home, ignore_errors=True)
