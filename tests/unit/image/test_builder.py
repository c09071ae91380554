import pytest

from trainyard.errors import UsageError
from trainyard.image import builder as module
from trainyard.image.builder import find_builder


def test_the_first_that_works_is_taken() -> None:
    assert find_builder(works=lambda name: name in ("podman", "buildah")).name == "podman"


def test_the_one_that_was_asked_for_is_taken() -> None:
    assert find_builder("buildah", works=lambda _: True).name == "buildah"


@pytest.mark.parametrize(("runtime", "chroot"), [(None, True), ("/usr/bin/crun", False)])
def test_buildah_without_a_runtime_builds_in_a_chroot(
    monkeypatch: pytest.MonkeyPatch, runtime: str | None, chroot: bool
) -> None:
    monkeypatch.setattr(module.shutil, "which", lambda name: runtime if name == "crun" else None)
    assert find_builder("buildah", works=lambda _: True).chroot is chroot


def test_without_any_the_reader_learns_what_to_install() -> None:
    with pytest.raises(UsageError) as refused:
        find_builder(works=lambda _: False)
    assert refused.value.what == "No program that builds containers works here"
    assert refused.value.where == "tried: docker, podman, buildah"
    assert "apt-get install buildah" in refused.value.cure


@pytest.mark.parametrize(("name", "message"), [("podman", "podman does not work here"), ("kaniko", "'kaniko' is no")])
def test_a_builder_that_cannot_be_had_is_named(name: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        find_builder(name, works=lambda _: False)


def test_a_docker_without_its_engine_does_not_work(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "docker"
    program.write_text("#!/bin/sh\nexit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert module.works("docker") is False
