"""Each guard of the workflows, on the workflows as they are and on one that breaks it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from pipelines.image_kind import KINDS
from tests.unit.workflows import guards
from tests.unit.workflows.reading import ROOT, Workflow, everything
from trainyard.local.project import environments

ENVIRONMENTS = environments(ROOT)
SERVICES = [
    service["name"]
    for service in yaml.safe_load((ROOT / "Pulumi.prod.yaml").read_text())["config"]["trainyard:services"]
]

GUARDS: dict[str, Callable[[guards.Files], list[str]]] = {
    "pins": lambda files: list(guards.pins(files)),
    "triggers": lambda files: list(guards.triggers(files)),
    "permissions": lambda files: list(guards.permissions(files)),
    "roles": lambda files: list(guards.roles(files)),
    "forks": lambda files: list(guards.forks(files)),
    "secrets": lambda files: list(guards.secrets(files)),
    "commands": lambda files: list(guards.commands(files)),
    "timeouts": lambda files: list(guards.timeouts(files)),
    "checkouts": lambda files: list(guards.checkouts(files)),
    "caches": lambda files: list(guards.caches(files)),
    "promotion": lambda files: list(guards.promotion(files, ENVIRONMENTS)),
    "one_at_a_time": lambda files: list(guards.one_at_a_time(files)),
    "images": lambda files: list(guards.images(files, ENVIRONMENTS, SERVICES, KINDS)),
    "nightly": lambda files: list(guards.nightly(files, ENVIRONMENTS)),
    "data_versions": lambda files: list(guards.data_versions(files, ENVIRONMENTS)),
}

CHECKOUT = "actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd # v6.0.2"
GUARD_LINE = "      github.event.pull_request.head.repo.full_name == github.repository &&\n"

BREAKS = [
    # guard, file, what stands there, what would stand there instead, what the guard says
    ("pins", "check.yml", CHECKOUT, "actions/checkout@v6", "actions/checkout@v6 is not pinned to a full commit"),
    ("pins", "check.yml", CHECKOUT, CHECKOUT.partition(" #")[0], "has no comment with its version"),
    ("pins", "drift.yml", CHECKOUT, "actions/checkout@" + "0" * 40 + " # v6.0.2", "pinned to several commits"),
    ("triggers", "pull-request.yml", "  pull_request:", "  pull_request_target:", "runs on pull_request_target"),
    ("permissions", "drift.yml", "permissions:\n  contents: read\n", "permissions: write-all\n", "`contents: read`"),
    ("permissions", "check.yml", "\npermissions:\n  contents: read\n", "", "`contents: read`"),
    ("permissions", "drift.yml", "      contents: read\n", "      contents: write\n", "drift may write contents"),
    (
        "permissions",
        "pull-request.yml",
        "    permissions: {}\n",
        "    permissions: {id-token: write}\n",
        "fork has an identity it does not use",
    ),
    ("permissions", "deploy.yml", "      id-token: write\n", "", "uses one it does not have"),
    ("permissions", "images.yml", "      contents: read\n", "      contents: write\n", "push may write contents"),
    ("roles", "data-snapshot.yml", "role/trainyard-data", "role/trainyard-deploy", "does not take trainyard-data"),
    ("roles", "data-snapshot.yml", "|| 'dev' }}-data", "|| 'dev' }}", "does not take trainyard-deploy"),
    ("data_versions", "data-snapshot.yml", "  workflow_dispatch:", "  push:\n  workflow_dispatch:", "something else"),
    ("data_versions", "data-snapshot.yml", "[dev, staging, prod]", "[dev]", "does not offer dev, staging, prod"),
    ("data_versions", "data-snapshot.yml", "progress: false", "progress: true", "may be cut off"),
    ("roles", "drift.yml", "role/trainyard-preview", "role/trainyard-deploy", "does not take trainyard-preview"),
    ("roles", "drift.yml", ":${{ vars.AWS_ACCOUNT_ID }}:", ":333333333333:", "does not take trainyard-preview"),
    (
        "roles",
        "deploy.yml",
        "minutes: 15\n    environment: staging\n",
        "minutes: 15\n",
        "acceptance asks AWS and is bound to no environment",
    ),
    (
        "roles",
        "drift.yml",
        "          aws-region:",
        "          aws-access-key-id: x\n          aws-region:",
        "uses aws-",
    ),
    ("forks", "pull-request.yml", GUARD_LINE, "", "preview may write and runs for forks"),
    ("forks", "pull-request.yml", "comes from a fork", "is not previewed", "nobody tells a fork"),
    ("secrets", "pull-request.yml", "secrets.GITHUB_TOKEN", "secrets.AWS_KEY", "uses secrets.AWS_KEY"),
    ("commands", "check.yml", "run: make check", "run: pip install x", "`pip install x` is neither make nor trainyard"),
    ("commands", "check.yml", "run: make check", "run: make check && curl x", "is more than one command"),
    (
        "commands",
        "pull-request.yml",
        "run: make touched",
        "run: make touched BASE=${{ github.base_ref }}",
        "is made from an expression",
    ),
    ("timeouts", "check.yml", "    timeout-minutes: 20\n", "", "check has no timeout-minutes"),
    ("checkouts", "check.yml", "persist-credentials: false", "fetch-depth: 1", "its checkout keeps the token"),
    (
        "caches",
        "actions/setup/action.yml",
        "-${{ hashFiles('requirements/all.lock') }}",
        "",
        "not keyed by what it was made from",
    ),
    ("promotion", "deploy.yml", "    needs: dev\n", "    needs: check\n", "staging does not wait for dev"),
    ("promotion", "deploy.yml", "    needs: acceptance\n", "    needs: staging\n", "acceptance tests of staging"),
    ("promotion", "deploy.yml", "    needs: staging\n", "    needs: dev\n", "prod does not wait for staging"),
    ("promotion", "deploy.yml", "      environment: prod\n", "      environment: production\n", "the environments are"),
    ("promotion", "deploy.yml", "    needs: acceptance\n", "    needs: acceptance\n    if: always()\n", "a condition"),
    ("one_at_a_time", "environment.yml", "cancel-in-progress: false", "cancel-in-progress: true", "or be cut off"),
    ("one_at_a_time", "environment.yml", "environment-${{ inputs.environment }}", "all", "may run beside another"),
    ("images", "images.yml", "[training, training-gpu, serving]", "[training, serving]", "does not scan training"),
    ("images", "images.yml", "environment: [dev, staging, prod]", "environment: [dev]", "to dev, staging, prod"),
    ("images", "images.yml", "    needs: scan\n", "", "pushes what was not scanned"),
    ("forks", "images.yml", "github.event_name != 'pull_request' && ", "", "push may write and runs for forks"),
    ("nightly", "drift.yml", "[dev, staging, prod]", "[dev, prod]", "each of dev, staging, prod"),
    ("nightly", "drift.yml", "fail-fast: false", "fail-fast: true", "each of dev, staging, prod"),
    ("nightly", "drift.yml", '  schedule:\n    - cron: "17 3 * * *"\n', "", "has no schedule"),
]


@pytest.mark.parametrize("guard", GUARDS)
def test_the_workflows_hold(guard: str) -> None:
    assert GUARDS[guard](everything()) == []


@pytest.mark.parametrize(("guard", "file", "there", "instead", "message"), BREAKS)
def test_a_workflow_that_breaks_it_is_named(guard: str, file: str, there: str, instead: str, message: str) -> None:
    files = everything()
    whole = files[file].text
    assert there in whole
    broken = whole.replace(there, instead, 1)
    found = GUARDS[guard]({**files, file: Workflow(file, broken, yaml.safe_load(broken))})
    assert any(message in one for one in found), found


def test_every_guard_is_broken_once() -> None:
    assert {guard for guard, *_ in BREAKS} == set(GUARDS)


def test_every_target_of_make_that_a_workflow_calls_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = set(re.findall(r"^([\w-]+):", makefile, re.MULTILINE))
    called = {
        command.split()[1]
        for file in everything().values()
        for _, step in file.steps()
        if (command := step.get("run", "")).startswith("make ")
    }
    assert called - targets == set()


def test_every_other_command_is_still_used() -> None:
    runs = [step.get("run", "") for file in everything().values() for _, step in file.steps()]
    assert [other for other in guards.OTHER_COMMANDS if not any(run.startswith(other) for run in runs)] == []


def test_the_cached_engine_is_where_the_engine_is_kept() -> None:
    import platformdirs

    assert Path(platformdirs.user_cache_dir("trainyard")) == Path("~/.cache/trainyard").expanduser()
    assert "path: ~/.cache/trainyard" in everything()["actions/setup/action.yml"].text
