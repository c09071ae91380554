"""The functions' archive by itself: whatever a handler needs must be in it."""

import importlib.metadata
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from stacks import function_code

LAYER_AND_RUNTIME = ("boto3", "pydantic", "aws-lambda-powertools")
"""What a function finds on AWS: boto3 in the runtime, the others in the layer."""


@pytest.fixture
def unpacked(tmp_path: Path) -> Path:
    folder = tmp_path / "task"
    for name, path in function_code.files(["recommender"]).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, folder / name)
    return folder


def requirements(names: tuple[str, ...]) -> set[str]:
    """Return distributions with all that they need themselves, extras left out."""
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop().lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        for line in importlib.metadata.requires(name) or ():
            requirement, _, marker = line.partition(";")
            if "extra ==" not in marker:
                waiting.append(
                    requirement.split("[")[0].split("<")[0].split(">")[0].split("=")[0].split("!")[0].strip(" ~(")
                )
    return found


@pytest.fixture
def packages(tmp_path: Path) -> Path:
    """Return a folder with the packages of the layer and the runtime, and no others."""
    folder = tmp_path / "packages"
    folder.mkdir()
    for name in requirements(LAYER_AND_RUNTIME):
        distribution = importlib.metadata.distribution(name)
        tops = {file.parts[0] for file in distribution.files or () if ".." not in file.parts}
        for top in tops - {"__pycache__"}:
            if not (folder / top).exists():
                (folder / top).symlink_to(Path(str(distribution.locate_file(top))))
    return folder


def run(code: str, *path: Path) -> subprocess.CompletedProcess[str]:
    # -I and -S: neither this checkout nor the packages of its environment can be imported.
    whole = f"import sys; sys.path[:0] = {[str(each) for each in path]!r}\n{code}"
    environ = {"PATH": os.environ["PATH"], "AWS_DEFAULT_REGION": "eu-west-1"}
    return subprocess.run(
        [sys.executable, "-I", "-S", "-c", whole], capture_output=True, text=True, env=environ, check=False
    )


@pytest.mark.parametrize("handler", function_code.HANDLERS)
def test_a_handler_imports_from_the_archive_with_the_runtime_and_the_layer_alone(
    handler: str, unpacked: Path, packages: Path
) -> None:
    done = run(f"import {handler} as it; assert callable(it.handler); print(it.__file__)", unpacked, packages)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(str(unpacked))


def test_without_one_of_its_files_a_handler_does_not_import(unpacked: Path, packages: Path) -> None:
    (unpacked / "trainyard/release/scaling.py").unlink()
    done = run("import trainyard.handlers.release", unpacked, packages)
    assert "No module named 'trainyard.release.scaling'" in done.stderr


def test_a_function_finds_the_golden_requests_of_its_services(unpacked: Path, packages: Path) -> None:
    code = "from trainyard.release.golden import load_golden; print(len(load_golden('recommender').requests))"
    done = run(code, unpacked, packages)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


def test_the_archive_holds_what_the_handlers_need_and_nothing_of_commands_or_models() -> None:
    files = function_code.files(["recommender"])
    assert [name for name in files if name.startswith("recommender/")] == [
        "recommender/__init__.py",
        "recommender/golden_requests.json",
    ]
    assert not [name for name in files if name.startswith(("trainyard/cli", "trainyard/demo", "stacks/rules"))]
    assert list(files) == sorted(files)


def test_a_service_whose_package_is_not_there_yet_brings_nothing_along() -> None:
    assert function_code.files(["recommender", "ranker"]) == function_code.files(["recommender"])
