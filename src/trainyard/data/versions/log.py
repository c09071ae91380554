"""The versions that git knows of a service's orders."""

import subprocess
from dataclasses import dataclass
from pathlib import Path

from trainyard.data.versions.pointer import Pointer, pointer_path, read_pointer
from trainyard.errors import UsageError

_HASH_AT_LEAST = 8


@dataclass(frozen=True, kw_only=True)
class Version:
    """One commit that changed the pointer."""

    commit: str
    date: str
    """Of the commit, ISO 8601."""
    text: str
    """The pointer's file as it was."""
    pointer: Pointer


def log(root: Path, service: str) -> list[Version]:
    """Return all versions on this branch, newest first."""
    path = pointer_path(service)
    lines = _git(root, "log", "--format=%H %cI", "--", path).splitlines()
    commits = [line.partition(" ") for line in lines]
    return [_version(root, commit, date, path) for commit, _, date in commits]


def find(root: Path, service: str, asked: str) -> Version:
    """Return the version that a revision of git, or the beginning of a data hash, names.

    Raises:
        UsageError: there is none, or no pointer at that revision.
    """
    path = pointer_path(service)
    if len(asked) >= _HASH_AT_LEAST:
        for version in log(root, service):
            if version.pointer.data_hash.startswith(asked):
                return version
    try:
        commit, date = _git(root, "log", "-1", "--format=%H %cI", asked, "--").split()
        return _version(root, commit, date, path)
    except (subprocess.CalledProcessError, ValueError) as error:
        raise UsageError(
            f"{asked} names no version of the orders of {service}",
            where=path,
            cure=f"`trainyard data log {service}` lists them; a version is named by a revision of git, or by at least "
            f"{_HASH_AT_LEAST} digits of its data hash",
        ) from error


def _version(root: Path, commit: str, date: str, path: str) -> Version:
    text = _git(root, "show", f"{commit}:{path}")
    return Version(commit=commit, date=date, text=text, pointer=read_pointer(text, f"{commit[:12]}:{path}"))


def _git(root: Path, *arguments: str) -> str:
    return subprocess.run(("git", "-C", root, *arguments), capture_output=True, text=True, check=True).stdout
