from itertools import pairwise
from pathlib import Path

import pytest

from trainyard.image.builder import BUILDERS, Builder
from trainyard.image.commands import (
    Build,
    build_command,
    login_command,
    logout_command,
    push_command,
    sbom_command,
    size_command,
)

BUILD = Build(
    name="shop:serving-1",
    folder=Path("/context"),
    dockerfile=Path("/context/containers/serving.Dockerfile"),
    arguments={"BASE": "base:1", "LOCK": "serving.lock"},
    secrets={"ca": Path("/ca.pem")},
)


@pytest.mark.parametrize("name", BUILDERS)
def test_every_builder_is_given_the_same_image_to_build(name: str) -> None:
    command = build_command(Builder(name), BUILD)
    assert command[:2] == [name, "build"]
    assert command[-1] == "/context"
    pairs = set(pairwise(command))
    assert {
        ("--file", "/context/containers/serving.Dockerfile"),
        ("--tag", "shop:serving-1"),
        ("--platform", "linux/amd64"),
        ("--build-arg", "BASE=base:1"),
        ("--build-arg", "LOCK=serving.lock"),
        ("--secret", "id=ca,src=/ca.pem"),
    } <= pairs


@pytest.mark.parametrize("name", ["podman", "buildah"])
def test_the_health_check_survives_where_the_default_format_has_none(name: str) -> None:
    assert ("--format", "docker") in pairwise(build_command(Builder(name), BUILD))


def test_docker_makes_a_plain_image_which_sagemaker_can_pull() -> None:
    command = build_command(Builder("docker"), BUILD)
    assert "--provenance=false" in command
    assert "--format" not in command


@pytest.mark.parametrize("chroot", [True, False])
def test_a_chroot_is_asked_for_where_there_is_no_runtime(chroot: bool) -> None:
    command = build_command(Builder("buildah", chroot=chroot), BUILD)
    assert (("--isolation", "chroot") in pairwise(command)) is chroot


@pytest.mark.parametrize("name", BUILDERS)
def test_the_bill_of_materials_comes_from_the_same_build(name: str) -> None:
    builder = Builder(name)
    command = sbom_command(builder, BUILD, Path("/sbom"))
    pairs = list(pairwise(command))
    assert ("--target", "sbom") in pairs
    assert ("--output", "type=local,dest=/sbom") in pairs
    assert command[: command.index("--target")] == build_command(builder, BUILD)[: command.index("--target")]


@pytest.mark.parametrize("name", BUILDERS)
def test_a_password_is_read_from_standard_input(name: str) -> None:
    command = login_command(Builder(name), "1.dkr.ecr.eu-west-1.amazonaws.com", "AWS")
    assert command == [
        *(name, "login", "--username", "AWS", "--password-stdin"),
        "1.dkr.ecr.eu-west-1.amazonaws.com",
    ]
    assert logout_command(Builder(name), "registry") == [name, "logout", "registry"]


@pytest.mark.parametrize("name", BUILDERS)
def test_an_image_is_pushed_and_measured_by_its_name(name: str) -> None:
    assert push_command(Builder(name), BUILD.name) == [name, "push", BUILD.name]
    assert size_command(Builder(name), BUILD.name)[-1] == BUILD.name
