"""A branch with one commit on top of the checkout: the pointers as they are now. The checkout itself stays as it is.

The commit is made beside the working tree (an index of its own), so that the same command runs on a laptop without
changing its branch.
"""

import base64
import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trainyard.errors import TrainyardError

BOT = "github-actions[bot]"
ADDRESS = "41898282+github-actions[bot]@users.noreply.github.com"
"""What GitHub shows as its own bot."""

_BESIDE = (".dvc/config", ".dvc/.gitignore", ".dvcignore")
"""What DVC needs to follow a pointer, written once by `dvc init`."""


@dataclass(frozen=True, kw_only=True)
class PointerBranch:
    """The branch that an environment's pointers are proposed on."""

    root: Path
    """The checkout."""
    name: str
    environ: Mapping[str, str]
    """Of the job; GITHUB_TOKEN lets it push to GitHub."""

    def propose(self, services: Sequence[str], text: str) -> bool:
        """Commit these services' pointers on top of the checkout's commit and push; False where they are there already.

        Raises:
            TrainyardError: git refuses, such as a push that is not allowed, or that another run was faster with.
        """
        there = self._remote()
        commit = self._commit(self._paths(services), text)
        if there and self._tree(there) == self._tree(commit):
            return False
        # With a lease: what another run pushed in the meantime is not taken away.
        self._git("push", "--quiet", f"--force-with-lease={self._ref}:{there}", "origin", f"{commit}:{self._ref}")
        return True

    def text_at_head(self, path: str) -> str | None:
        """Return a file as the checkout's commit has it; None where it has none."""
        listed = self._git("ls-tree", "--name-only", "HEAD", "--", path)
        return self._git("show", f"HEAD:{path}") if listed else None

    @property
    def _ref(self) -> str:
        return f"refs/heads/{self.name}"

    def _remote(self) -> str:
        """Return the branch's commit at the remote, fetched; empty where there is no such branch."""
        listed = self._git("ls-remote", "origin", self._ref).split()
        if listed:
            self._git("fetch", "--quiet", "--depth=1", "--no-tags", "origin", listed[0])
        return listed[0] if listed else ""

    def _paths(self, services: Sequence[str]) -> list[str]:
        own = [f"data/{service}/{name}" for service in services for name in ("orders.dvc", ".gitignore")]
        return [path for path in (*own, *_BESIDE) if (self.root / path).exists()]

    def _commit(self, paths: Sequence[str], text: str) -> str:
        with tempfile.TemporaryDirectory() as folder:
            index = {"GIT_INDEX_FILE": str(Path(folder) / "index")}
            self._git("read-tree", "HEAD", **index)
            self._git("update-index", "--add", "--", *paths, **index)
            tree = self._git("write-tree", **index)
        who = {f"GIT_{role}_{part}": value for role in ("AUTHOR", "COMMITTER") for part, value in _WHO.items()}
        return self._git("commit-tree", tree, "-p", "HEAD", "-m", text, **who)

    def _tree(self, commit: str) -> str:
        return self._git("rev-parse", f"{commit}^{{tree}}")

    def _git(self, *arguments: str, **environ: str) -> str:
        done = subprocess.run(
            ("git", "-C", self.root, *arguments),
            env={**os.environ, **credentials(self.environ), **environ},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise TrainyardError(
                f"git {arguments[0]} failed: {(done.stderr.strip().splitlines() or ['it does not say why'])[-1]}",
                where=f"branch {self.name} of {self.root}",
                cure="Run it again; the job needs `contents: write`, and nobody else should push to that branch",
            )
        return done.stdout.removesuffix("\n") if arguments[0] != "show" else done.stdout


_WHO = {"NAME": BOT, "EMAIL": ADDRESS}


def credentials(environ: Mapping[str, str]) -> dict[str, str]:
    """Return git's settings for pushing with the job's token: as variables, so that no list of processes shows it."""
    token = environ.get("GITHUB_TOKEN")
    if not token:
        return {}
    server = environ.get("GITHUB_SERVER_URL", "https://github.com")
    basic = base64.b64encode(f"x-access-token:{token}".encode()).decode()
    return {
        "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": f"http.{server}/.extraheader",
        "GIT_CONFIG_VALUE_0": f"AUTHORIZATION: basic {basic}",
    }
