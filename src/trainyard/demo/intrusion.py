"""Attempts to change another environment through the commands: by the stack file, or with the wrong credentials."""

import itertools
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from trainyard.demo.attempt import Attempt, command
from trainyard.demo.command import TRAINYARD
from trainyard.demo.dial import turned
from trainyard.demo.shell import Shell

KEYS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")


def intrusions(ours: Shell, theirs: Shell, folder: Path) -> Iterator[Attempt]:
    """Yield the attempts; stack files that are wrong are written below `folder`, the checkout's own stay."""
    yield from _settings(ours, theirs, folder)
    yield from _credentials(ours, theirs)


def _settings(ours: Shell, theirs: Shell, folder: Path) -> Iterator[Attempt]:
    approver = f"arn:aws:iam::{theirs.account}:role/approver"
    key = f"arn:aws:kms:{theirs.region}:{theirs.account}:key/00000000-0000-0000-0000-000000000000"
    for what, path, value, words in (
        ("their role as approver", "people.approvers", [approver], ("people.approvers", theirs.account)),
        ("their role as releaser", "people.releasers", [approver], ("people.releasers", theirs.account)),
        (
            "their key for the container",
            "services.0.serving.environment",
            {"KEY": key},
            ("environment", theirs.account),
        ),
        ("their account", "account", theirs.account, (ours.account, theirs.account)),
        ("another region", "region", "eu-central-1", ("eu-central-1", ours.region)),
    ):
        wrong = _project(ours, folder / path, path, value)
        # Not as the local target, which puts the account of this machine into whatever a stack file says.
        named = {"TRAINYARD_PROJECT": str(wrong), "TRAINYARD_TARGET": "", "PULUMI_OPTION_CWD": str(wrong)}
        up = command(lambda named=named: ours.attempt(TRAINYARD, "up", "--yes", **named))
        yield Attempt("settings", f"up with {what} in the stack file", ("exit 2:", *words), up)
    engine = _project(ours, folder / "engine", "people.approvers", [approver])
    preview = ("pulumi", "preview", "--stack", ours.environment, "--non-interactive")
    plain = command(lambda: ours.attempt(*preview, PULUMI_OPTION_CWD=str(engine)))
    words = ("exit 1:", "people.approvers", theirs.account)
    yield Attempt("settings", "plain pulumi preview with their role as approver", words, plain)


def _credentials(ours: Shell, theirs: Shell) -> Iterator[Attempt]:
    wrong = {key: ours.variables[key] for key in KEYS}
    accounts, unknown = (ours.account, theirs.account), (f"no environment '{theirs.environment}'",)
    stack, service = ("--stack", theirs.environment), "recommender"
    for arguments, words in (
        (("up", *stack, "--yes"), accounts),
        (("destroy", *stack, "--yes"), accounts),
        (("release", "start", service, "--same-model", *stack), unknown),
        (("model", "approve", service, "1", *stack, "--by", "somebody", "--reason", "it looks good"), unknown),
    ):
        act = command(lambda arguments=arguments: theirs.attempt(TRAINYARD, *arguments, **wrong))
        yield Attempt("credentials", f"trainyard {words_of(arguments)} with our credentials", ("exit 2:", *words), act)
    preview = ("pulumi", "preview", *stack, "--non-interactive")
    plain = command(lambda: theirs.attempt(*preview, **wrong))
    yield Attempt("credentials", "plain pulumi preview with our credentials", ("exit 1:", *accounts), plain)


def words_of(arguments: Sequence[str]) -> str:
    """Return the words of a command, without what comes after them."""
    return " ".join(itertools.takewhile(lambda word: not word.startswith("-"), arguments[:2]))


def _project(ours: Shell, folder: Path, path: str, value: Any) -> Path:
    """Write a project whose stack file of our environment says something wrong, and return its folder."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(Path(ours.variables["PULUMI_OPTION_CWD"]), folder)
    (folder / "stacks" / "settings").mkdir(parents=True)
    file = folder / f"Pulumi.{ours.environment}.yaml"
    content = yaml.safe_load(file.read_text())
    if path == "services.0.serving.environment":
        value = {**content["config"]["trainyard:services"][0]["serving"]["environment"], **value}
    file.write_text(yaml.safe_dump(turned(content, path, value), sort_keys=False))
    return folder
