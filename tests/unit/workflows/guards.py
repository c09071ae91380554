"""What must hold of every workflow; each guard returns what is wrong, one sentence each."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from tests.unit.workflows.reading import Workflow

Files = Mapping[str, Workflow]

PIN = re.compile(r"^[\w.-]+/[\w./-]+@[0-9a-f]{40}$")
PINNED = re.compile(r"([\w./-]+)@([0-9a-f]{40}) # (v\d+\.\d+\.\d+)")
NOT_HERE = "github.event_name != 'pull_request'"
SAME_REPOSITORY = "github.event.pull_request.head.repo.full_name == github.repository"
CREDENTIALS = "aws-actions/configure-aws-credentials@"
PUSHES = ("data-snapshot.yml", "propose")
"""The one job that may push: a branch of its own, never main, which asks for reviews."""
WRITABLE = {"id-token", "pull-requests"}
"""Rights to write that a job may ask for: an identity for AWS, and comments."""

ROLES = {"-preview": "trainyard-preview", "-data": "trainyard-data"}
"""By the end of the GitHub environment's name; the others get the deploy role."""

OTHER_COMMANDS = {
    "sudo sysctl -w kernel.apparmor_restrict_unprivileged_userns=0": "a setting of the runner, no logic of ours",
    'echo "This pull request comes from a fork': "a fork's code is not even checked out to say this",
}
"""Beginnings of commands beside make and trainyard, with the reason."""


def pins(files: Files) -> Iterator[str]:
    """Every action of others is pinned to a commit, with its version beside it, and to the same one everywhere."""
    seen: dict[str, set[tuple[str, str]]] = {}
    for file in files.values():
        for line in re.findall(r"uses: (.*)$", file.text, re.MULTILINE):
            used = line.partition(" ")[0]
            if used.startswith("./"):
                continue
            noted = PINNED.fullmatch(line)
            if not PIN.match(used):
                yield f"{file.name}: {used} is not pinned to a full commit"
            elif not noted:
                yield f"{file.name}: {used} has no comment with its version"
            else:
                seen.setdefault(noted[1], set()).add((noted[2], noted[3]))
    yield from (f"{action} is pinned to several commits" for action, commits in seen.items() if len(commits) > 1)


def triggers(files: Files) -> Iterator[str]:
    """Nothing runs with this repository's rights on what a stranger wrote."""
    for file in files.values():
        for trigger in {"pull_request_target", "workflow_run", "issue_comment"} & set(file.triggers):
            yield f"{file.name}: runs on {trigger}"


def permissions(files: Files) -> Iterator[str]:
    """A workflow reads; a job that needs more says so, and the identity goes only to jobs that use it."""
    for file in files.values():
        if file.jobs and file.document.get("permissions") != {"contents": "read"}:
            yield f"{file.name}: its own permissions are not `contents: read`"
        for name, job in file.jobs.items():
            granted = job.get("permissions", {})
            written = (
                {key for key, right in granted.items() if right == "write"} if isinstance(granted, dict) else {"?"}
            )
            allowed = WRITABLE | ({"contents"} if (file.name, name) == PUSHES else set())
            if written - allowed:
                yield f"{file.name}: {name} may write {', '.join(sorted(written - allowed))}"
            if ("id-token" in written) != _speaks_to_aws(job):
                yield f"{file.name}: {name} has an identity it does not use, or uses one it does not have"


def roles(files: Files) -> Iterator[str]:
    """AWS is reached with the role of the GitHub environment that the job is bound to, and with no key."""
    for file in files.values():
        for name, job in file.jobs.items():
            for step in job.get("steps", []):
                if not step.get("uses", "").startswith(CREDENTIALS):
                    continue
                given: dict[str, Any] = step.get("with", {})
                environment = str(job.get("environment", ""))
                role = next((name for end, name in ROLES.items() if environment.endswith(end)), "trainyard-deploy")
                if not environment:
                    yield f"{file.name}: {name} asks AWS and is bound to no environment"
                if given.get("role-to-assume") != f"arn:aws:iam::${{{{ vars.AWS_ACCOUNT_ID }}}}:role/{role}":
                    yield f"{file.name}: {name} is bound to {environment} and does not take {role} of its account"
                if keys := {key for key in given if "key" in key or "token" in key}:
                    yield f"{file.name}: {name} uses {', '.join(sorted(keys))}"


def forks(files: Files) -> Iterator[str]:
    """What a pull request from a fork could start has no rights, and a fork is told why it gets no preview."""
    for file in files.values():
        if "pull_request" not in file.triggers:
            continue
        for name, job in file.jobs.items():
            condition = str(job.get("if", ""))
            writes = "write" in job.get("permissions", {}).values()
            if writes and SAME_REPOSITORY not in condition and NOT_HERE not in condition:
                yield f"{file.name}: {name} may write and runs for forks"
        previews = any(step.get("run") == "make preview-comment" for _, step in file.steps())
        if previews and not any("from a fork" in step.get("run", "") for _, step in file.steps()):
            yield f"{file.name}: nobody tells a fork why it gets no preview"


def secrets(files: Files) -> Iterator[str]:
    """No secret but the job's own token."""
    for file in files.values():
        for name in re.findall(r"secrets\.(\w+)", file.text):
            if name != "GITHUB_TOKEN":
                yield f"{file.name}: uses secrets.{name}"
        if "secrets: inherit" in file.text:
            yield f"{file.name}: hands on all secrets"


def commands(files: Files) -> Iterator[str]:
    """A step runs one command of `make` or `trainyard`, into which nothing is pasted."""
    for file in files.values():
        for place, step in file.steps():
            run = step.get("run", "").strip()
            if "${{" in run:
                yield f"{place}: `{run}` is made from an expression; pass it through `env:`"
            for line in filter(None, run.splitlines()):
                if not line.startswith(("make ", "trainyard ", *OTHER_COMMANDS)):
                    yield f"{place}: `{line}` is neither make nor trainyard"
            if re.search(r"(;|&&|\|)", run) and not run.startswith(tuple(OTHER_COMMANDS)):
                yield f"{place}: `{run}` is more than one command"


def timeouts(files: Files) -> Iterator[str]:
    """Every job that runs steps ends by itself."""
    for file in files.values():
        for name, job in file.jobs.items():
            if "steps" in job and not isinstance(job.get("timeout-minutes"), int):
                yield f"{file.name}: {name} has no timeout-minutes"


def checkouts(files: Files) -> Iterator[str]:
    """A checkout leaves no token behind."""
    for file in files.values():
        for place, step in file.steps():
            checkout = step.get("uses", "").startswith("actions/checkout@")
            if checkout and step.get("with", {}).get("persist-credentials") is not False:
                yield f"{place}: its checkout keeps the token"


def caches(files: Files) -> Iterator[str]:
    """A cache belongs to the versions that it was made with."""
    for file in files.values():
        for place, step in file.steps():
            if step.get("uses", "").startswith("actions/cache@"):
                given = step.get("with", {})
                if "hashFiles(" not in given.get("key", "") or "restore-keys" in given:
                    yield f"{place}: its cache is not keyed by what it was made from"


def promotion(files: Files, environments: Sequence[str]) -> Iterator[str]:
    """Environments change one after the other, in promotion order; the last one after golden customers agreed."""
    deploy = files["deploy.yml"]
    jobs = {
        job["with"]["environment"]: name
        for name, job in deploy.jobs.items()
        if job.get("uses", "").endswith("/environment.yml")
    }
    if list(jobs) != list(environments):
        yield f"deploy.yml: changes {', '.join(jobs)}, and the environments are {', '.join(environments)}"
        return
    for before, after in pairwise(environments):
        if jobs[before] not in _all_needs(deploy, jobs[after]):
            yield f"deploy.yml: {after} does not wait for {before}"
    accepted = [name for name in _all_needs(deploy, jobs[environments[-1]]) if _runs(deploy, name, "make acceptance")]
    if not accepted or jobs[environments[-2]] not in _all_needs(deploy, accepted[0]):
        yield f"deploy.yml: {environments[-1]} does not wait for the acceptance tests of {environments[-2]}"
    for name in jobs.values():
        if "if" in deploy.jobs[name]:
            yield f"deploy.yml: {name} has a condition, so it may run after a failure"


def one_at_a_time(files: Files) -> Iterator[str]:
    """Of the jobs that change an environment one runs at a time, and none is cut off."""
    for file in files.values():
        for name, job in file.jobs.items():
            if any(step.get("run", "") == "make deploy" for step in job.get("steps", [])):
                wanted = {"group": "environment-${{ inputs.environment }}", "cancel-in-progress": False}
                if job.get("concurrency") != wanted:
                    yield f"{file.name}: {name} may run beside another change of its environment, or be cut off"


def images(files: Files, environments: Sequence[str], services: Sequence[str], kinds: Sequence[str]) -> Iterator[str]:
    """Every image of every service is scanned before it is pushed, and pushed to every environment."""
    jobs = files["images.yml"].jobs
    scan, push = (jobs[name]["strategy"]["matrix"] for name in ("scan", "push"))
    if scan != {"service": list(services), "kind": list(kinds)}:
        yield f"images.yml: does not scan {', '.join(kinds)} of {', '.join(services)}"
    if push != {"service": list(services), "environment": list(environments)}:
        yield f"images.yml: does not push the images of {', '.join(services)} to {', '.join(environments)}"
    if jobs["push"].get("needs") != "scan":
        yield "images.yml: pushes what was not scanned"


def nightly(files: Files, environments: Sequence[str]) -> Iterator[str]:
    """Each environment is compared with main every night, whatever the others show."""
    drift = files["drift.yml"]
    strategy = drift.jobs["drift"].get("strategy", {})
    if "schedule" not in drift.triggers:
        yield "drift.yml: has no schedule"
    if strategy.get("matrix", {}).get("environment") != list(environments) or strategy.get("fail-fast") is not False:
        yield f"drift.yml: does not look at each of {', '.join(environments)}"


def data_versions(files: Files, environments: Sequence[str]) -> Iterator[str]:
    """Versions of the data are proposed every day, of each environment that is asked for, and never for a stranger."""
    file = files["data-snapshot.yml"]
    if set(file.triggers) != {"schedule", "workflow_dispatch"}:
        yield "data-snapshot.yml: is started by something else than its schedule and people"
    asked = (file.triggers.get("workflow_dispatch") or {}).get("inputs", {}).get("environment", {})
    if asked.get("options") != list(environments):
        yield f"data-snapshot.yml: does not offer {', '.join(environments)}"
    if file.document.get("concurrency", {}).get("cancel-in-progress") is not False:
        yield "data-snapshot.yml: may be cut off between its branch and its pull request"


def _speaks_to_aws(job: Mapping[str, Any]) -> bool:
    called = str(job.get("uses", "")).endswith("/environment.yml")
    return called or any(step.get("uses", "").startswith(CREDENTIALS) for step in job.get("steps", []))


def _all_needs(file: Workflow, name: str) -> list[str]:
    needs = file.jobs[name].get("needs", [])
    direct = [needs] if isinstance(needs, str) else list(needs)
    return [*direct, *(further for one in direct for further in _all_needs(file, one))]


def _runs(file: Workflow, name: str, command: str) -> bool:
    return any(step.get("run", "").startswith(command) for step in file.jobs[name].get("steps", []))
