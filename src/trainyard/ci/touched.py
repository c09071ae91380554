"""Which environments a change touches, decided by the paths of the changed files alone.

A stack file touches its environment. What no environment reads touches none. Everything else, known or not, touches
all of them: a preview too many costs two minutes, a preview too few hides a change.
"""

import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path, PurePosixPath

from trainyard.errors import UsageError

TOUCHES_NOTHING = {
    "data": "pointers to versions of the orders",
    ".dvc": "where DVC finds them",
    "docs": "read by people",
    "tests": "run by `make test`",
    ".github": "how changes are applied, not what is applied",
    ".ci": "how the tests are called",
    "localcloud": "no environment on AWS knows of it",
    "containers": "images are released, not declared",
    "pipelines": "deployed by `trainyard pipeline deploy`",
    "src/recommender": "inside the images",
    "src/trainyard": "the operator's side; the program does not import it",
}
"""Folders that no environment is declared from, with the reason."""

FILES_THAT_TOUCH_NOTHING = {"LICENSE", ".gitignore", ".dvcignore", ".pre-commit-config.yaml", "Makefile", "conftest.py"}
"""Files at the root that no environment is declared from; so are those for readers (`*.md`)."""


def touched(paths: Iterable[str], environments: Sequence[str]) -> list[str]:
    """Return the environments that a change of `paths` touches, in the order of `environments`.

    Args:
        paths: changed files, relative to the project, with `/`.
        environments: all of them, in promotion order.
    """
    found: set[str] = set()
    for path in paths:
        found |= set(_of_file(PurePosixPath(path), environments))
    return [environment for environment in environments if environment in found]


def _of_file(path: PurePosixPath, environments: Sequence[str]) -> Sequence[str]:
    own = next((name for name in environments if str(path) == f"Pulumi.{name}.yaml"), None)
    if own:
        return [own]
    if any(path.is_relative_to(folder) for folder in TOUCHES_NOTHING):
        return []
    at_root = len(path.parts) == 1
    inert = at_root and (path.name in FILES_THAT_TOUCH_NOTHING or path.suffix == ".md")
    return [] if inert else environments


def changed_paths(project: Path, base: str) -> list[str]:
    """Return the files that changed since this checkout's history left `base`; a renamed file counts twice.

    Raises:
        UsageError: git does not know `base`, or has too little of the history.
    """
    command = ["git", "diff", "--name-only", "--no-renames", "-z", "--end-of-options", f"{base}...HEAD", "--"]
    answer = subprocess.run(command, cwd=project, capture_output=True, text=True, check=False)
    if answer.returncode != 0:
        reason = (answer.stderr.strip().splitlines() or ["it does not say why"])[0]
        raise UsageError(
            f"git cannot compare this checkout with {base!r}: {reason}",
            where=str(project),
            cure="Name a commit or branch that is here; a checkout in CI needs its whole history (fetch-depth: 0)",
        )
    return [path for path in answer.stdout.split("\0") if path]
