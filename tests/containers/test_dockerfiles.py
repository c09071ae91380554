"""What can be said of Dockerfiles and locks without building anything."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

CHECKOUT = Path(__file__).parents[2]
DOCKERFILES = sorted((CHECKOUT / "containers").glob("*.Dockerfile"))
LOCKS = [CHECKOUT / "requirements" / f"{name}.lock" for name in ("training", "training-gpu", "serving", "sbom")]
of_each = pytest.mark.parametrize("file", DOCKERFILES, ids=lambda file: file.name)
of_each_lock = pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)


def instructions(file: Path) -> list[str]:
    joined = re.sub(r"\\\n\s*", "", re.sub(r"^#.*\n", "", file.read_text(), flags=re.MULTILINE))
    return [line for line in joined.splitlines() if line.strip()]


def versions(lock: Path) -> set[str]:
    return {line.rstrip("\\ ") for line in lock.read_text().splitlines() if re.match(r"[a-z]", line)}


def test_there_is_one_for_jobs_and_one_for_serving() -> None:
    assert [file.name for file in DOCKERFILES] == ["serving.Dockerfile", "training.Dockerfile"]


@of_each
def test_the_base_is_pinned_and_replaceable(file: Path) -> None:
    first = instructions(file)[0]
    assert first.startswith("ARG BASE=")
    assert re.search(r":\d+\.\d+-slim-bookworm$", first)
    assert {line.split()[1] for line in instructions(file) if line.startswith("FROM ")} == {"${BASE}", "scratch"}


@of_each
def test_nobody_is_root_unless_it_is_asked_for(file: Path) -> None:
    lines = instructions(file)
    assert [line for line in lines if line.startswith("USER ")] == ["USER ${START_AS}"]
    assert "ARG START_AS=10001" in lines
    assert any("RUN_AS=10001" in line for line in lines if line.startswith("ENV "))


@of_each
def test_packages_come_from_a_lock_with_hashes_and_are_never_compiled(file: Path) -> None:
    (install,) = [line for line in instructions(file) if " install --quiet -r " in line]
    assert {"PIP_REQUIRE_HASHES=1", "PIP_NO_DEPS=1", "PIP_ONLY_BINARY=:all:"} <= set(install.split())
    assert install.startswith("RUN --mount=type=secret")
    assert "apt-get" not in file.read_text()


@of_each
def test_no_secret_is_an_argument_or_a_variable(file: Path) -> None:
    named = [line for line in instructions(file) if line.startswith(("ARG ", "ENV ", "LABEL "))]
    assert not [line for line in named if re.search(r"(?i)password|token|secret|credential|index_url", line)]


@of_each
def test_it_says_how_to_start_and_ask_it_and_copies_no_whole_tree(file: Path) -> None:
    lines = instructions(file)
    assert 'ENTRYPOINT ["python", "-m", "recommender"]' in lines
    assert [line for line in lines if line.startswith("HEALTHCHECK ")]
    assert not [line for line in lines if line.startswith(("ADD ", "COPY . "))]


@of_each_lock
def test_a_lock_pins_every_package_with_hashes_and_names_no_registry(lock: Path) -> None:
    text = lock.read_text()
    blocks = re.split(r"^(?=[a-z])", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert not [block for block in blocks if "==" not in block or "--hash=sha256:" not in block]
    assert "://" not in text
    assert "--index" not in text


@of_each_lock
def test_versions_are_those_that_the_tests_run_with(lock: Path) -> None:
    def pins(path: Path) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for line in versions(path):
            requirement = Requirement(line)
            found.setdefault(requirement.name, set()).add(str(requirement.specifier))
        return found

    everything = pins(CHECKOUT / "requirements" / "all.lock")
    mine = pins(lock)
    assert {name for name, found in mine.items() if name in everything and not found <= everything[name]} == set()
    if "gpu" in lock.name:
        assert mine["xgboost"] == everything["xgboost-cpu"]


def test_the_images_hold_what_the_recommender_declares() -> None:
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())["project"]
    declared = {Requirement(line).name for line in project["optional-dependencies"]["recommender"]}
    asked = {
        Requirement(line).name
        for name in ("training", "serving")
        for line in (CHECKOUT / "requirements" / f"{name}.in").read_text().splitlines()
        if not line.startswith("#")
    }
    assert declared <= asked
