"""The builders' command lines. Pure; a password is never among the arguments."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from trainyard.image.builder import Builder

PLATFORM = "linux/amd64"
"""What the instance types of the stack files run, also when the machine that builds is another."""


@dataclass(frozen=True, kw_only=True)
class Build:
    """One image to build."""

    name: str
    folder: Path
    dockerfile: Path
    arguments: Mapping[str, str]
    secrets: Mapping[str, Path]
    """Files by the id that the Dockerfile mounts them under; they are in no layer."""


def build_command(builder: Builder, build: Build) -> list[str]:
    """Return what builds and names the image."""
    return [*_common(builder, build), "--tag", build.name, str(build.folder)]


def sbom_command(builder: Builder, build: Build, target: Path) -> list[str]:
    """Return what writes the image's bill of materials into a folder; its steps are cached from the build."""
    return [*_common(builder, build), "--target", "sbom", "--output", f"type=local,dest={target}", str(build.folder)]


def push_command(builder: Builder, name: str) -> list[str]:
    """Return what pushes an image to the registry in its name."""
    return [builder.name, "push", name]


def login_command(builder: Builder, registry: str, user: str) -> list[str]:
    """Return what logs in; the password goes to its standard input."""
    return [builder.name, "login", "--username", user, "--password-stdin", registry]


def logout_command(builder: Builder, registry: str) -> list[str]:
    """Return what forgets the password again."""
    return [builder.name, "logout", registry]


def size_command(builder: Builder, name: str) -> list[str]:
    """Return what prints an image's size: docker and podman in bytes, buildah in words."""
    if builder.name == "buildah":
        return ["buildah", "images", "--format", "{{.Size}}", name]
    return [builder.name, "image", "inspect", "--format", "{{.Size}}", name]


def _common(builder: Builder, build: Build) -> list[str]:
    return [
        *(builder.name, "build", "--platform", PLATFORM),
        *_own(builder),
        *("--file", str(build.dockerfile)),
        *(part for name, value in build.arguments.items() for part in ("--build-arg", f"{name}={value}")),
        *(part for name, file in build.secrets.items() for part in ("--secret", f"id={name},src={file}")),
    ]


def _own(builder: Builder) -> list[str]:
    if builder.name == "docker":
        # SageMaker refuses the image index that an attestation would make of an image.
        return ["--provenance=false"]
    # Docker's format, because OCI's has no health check; layers, because the bill of materials is built from them.
    return ["--format", "docker", "--layers", *(["--isolation", "chroot"] if builder.chroot else [])]
