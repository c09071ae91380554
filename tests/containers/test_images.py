"""What holds of built images alone: who they run as, what they can write, what is in them."""

import json
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from tests.containers.conftest import CHECKOUT, KINDS, buildah
from tests.containers.runners import BuiltImage, Image, run

pytestmark = pytest.mark.timeout(900)  # the first test waits for both images to be built
PROBE = "import os; print(os.getuid(), os.getgid(), os.getgroups(), open('/proc/self/status').read())"
ENVIRONMENT = {"python_full_version": "3.11.2", "python_version": "3.11", "sys_platform": "linux"}
Images = Mapping[str, Image]


@pytest.mark.parametrize("kind", KINDS)
def test_started_as_root_as_sagemaker_does_it_the_service_has_given_root_up(
    images: Images, tmp_path: Path, kind: str
) -> None:
    assert images[kind].config["User"] == "root"
    (tmp_path / "model").mkdir(mode=0o700)
    ended = run(BuiltImage(images), kind, ["-c", PROBE], tmp_path, ("python",))
    assert ended.output.startswith("10001 10001 []")
    assert re.search(r"^CapEff:\t0+$", ended.output, re.MULTILINE)
    assert (tmp_path / "model").stat().st_uid == 10001


@pytest.mark.parametrize("kind", KINDS)
def test_started_as_somebody_else_it_stays_that_user(images: Images, tmp_path: Path, kind: str) -> None:
    ended = run(BuiltImage(images, user="4711:4711"), kind, ["-c", PROBE], tmp_path, ("python",))
    assert ended.output.startswith("4711 4711")


def test_where_root_cannot_be_given_up_nothing_runs(images: Images, tmp_path: Path) -> None:
    ended = run(BuiltImage(images), "serving", ["RUN_AS=nobody", "python", "-c", "print('ran')"], tmp_path, ("env",))
    assert ended.code == 1
    assert "root could not be given up for RUN_AS=nobody" in ended.output
    assert "ran" not in ended.output.splitlines()


@pytest.mark.parametrize("kind", KINDS)
def test_only_tmp_and_opt_ml_can_be_written(images: Images, tmp_path: Path, kind: str) -> None:
    program = (
        "import pathlib\n"
        "for folder in ('/', '/etc', '/opt/service', '/opt/venv', '/var/tmp', '/tmp', '/opt/ml'):\n"
        "    try:\n        pathlib.Path(folder, 'x').touch(); print(folder)\n    except OSError: pass"
    )
    ended = run(BuiltImage(images), kind, ["-c", program], tmp_path, ("python",))
    assert ended.output.split() == ["/tmp", "/opt/ml"]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_that_builds_or_installs_is_in_the_image(images: Images, kind: str) -> None:
    root = images[kind].root
    for program in ("gcc", "cc", "make", "git", "curl", "wget", "pip"):
        assert not [str(found) for found in root.glob(f"**/bin/{program}")], program
    installed = {path.name.partition("-")[0] for path in (root / "opt/venv").glob("lib/*/site-packages/*.dist-info")}
    assert not {"pip", "setuptools", "cyclonedx_bom"} & installed


@pytest.mark.parametrize("kind", KINDS)
def test_what_the_build_was_told_of_this_machine_is_not_in_the_image(images: Images, kind: str) -> None:
    image = images[kind]
    assert not (image.root / "etc/pip.conf").exists()
    assert not (image.root / "run/secrets/ca.pem").exists()
    described = buildah("inspect", "--type", "image", image.name)
    assert str(CHECKOUT) not in described
    assert not re.search(r"(?i)(password|token|secret_key|PIP_INDEX)", described)


@pytest.mark.parametrize("kind", KINDS)
def test_the_bill_of_materials_lists_what_the_lock_pins(images: Images, kind: str) -> None:
    document = json.loads((images[kind].root / "usr/share/sbom/python.cdx.json").read_text())
    assert document["bomFormat"] == "CycloneDX"
    listed = {(normal(one["name"]), one["version"]) for one in document["components"]}
    assert listed == pinned(CHECKOUT / "requirements" / f"{kind}.lock")
    assert json.loads((CHECKOUT / "build/images" / f"{kind}.cdx.json").read_text()) == document


def test_the_serving_image_is_the_slim_one(images: Images) -> None:
    packages = next((images["serving"].root / "opt/venv/lib").glob("python3*")) / "site-packages"
    assert not [name for name in ("duckdb", "pandas", "pandera", "pyarrow") if (packages / name).exists()]
    assert not (images["serving"].root / "opt/service/trainyard").exists()


def test_images_say_how_they_are_started_and_asked(images: Images) -> None:
    serving, training = images["serving"].config, images["training"].config
    assert (serving["Entrypoint"], serving["Cmd"]) == (["python", "-m", "recommender"], ["serve"])
    assert (training["Entrypoint"], training["Cmd"]) == (["python", "-m", "recommender"], ["train"])
    assert serving["Healthcheck"]["Test"] == ["CMD", "python", "-m", "healthcheck"]
    assert training["Healthcheck"]["Test"][0] == "CMD"
    assert list(serving["ExposedPorts"]) == ["8080/tcp"]
    assert serving["Labels"]["com.amazonaws.sagemaker.capabilities.accept-bind-to-port"] == "true"
    for config in (serving, training):
        labels = {name.removeprefix("org.opencontainers.image.") for name in config["Labels"]}
        assert {"title", "description", "licenses", "base.name", "revision"} <= labels


def test_the_health_checks_run(images: Images, tmp_path: Path) -> None:
    training = images["training"].config["Healthcheck"]["Test"][1:]
    assert run(BuiltImage(images), "training", [], tmp_path, training).code == 0
    asleep = run(
        BuiltImage(images), "serving", [], tmp_path, ("env", "SAGEMAKER_BIND_TO_PORT=1", "python", "-m", "healthcheck")
    )
    assert asleep.code == 1


def test_the_image_runs_in_buildahs_own_way_too(images: Images) -> None:
    container = buildah("from", "--pull-never", images["serving"].name)
    try:
        command = [
            "buildah",
            "run",
            "--isolation",
            "chroot",
            container,
            "--",
            "python",
            "-c",
            "import os; print(os.getuid())",
        ]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
    finally:
        buildah("rm", container)
    assert done.stdout.strip() == "10001"


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def pinned(lock: Path) -> set[tuple[str, str]]:
    lines = [line.rstrip("\\ ") for line in lock.read_text().splitlines() if re.match(r"[a-z]", line)]
    required = [Requirement(line) for line in lines]
    kept = [one for one in required if one.marker is None or one.marker.evaluate(ENVIRONMENT)]
    return {(normal(one.name), str(one.specifier).removeprefix("==")) for one in kept}
