"""Containers in ECR: built where the content is new, pushed, and named by digest."""

import base64
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import TrainyardError
from trainyard.image.building import BuildPlan, build_from, run
from trainyard.image.commands import login_command, logout_command, push_command
from trainyard.image.context import build_context
from trainyard.image.pushed import Pushed


def push_containers(plan: BuildPlan, kinds: Sequence[str], repository_url: str, ecr: Any) -> list[Pushed]:
    """Build and push each kind under `<kind>-<content hash>`; content that is there already is left alone.

    Raises:
        UsageError: the checkout lacks a file.
        TrainyardError: the builder or the registry refused.
    """
    return [_push(plan, kind, repository_url, ecr) for kind in kinds]


def _push(plan: BuildPlan, kind: str, repository_url: str, ecr: Any) -> Pushed:
    with build_context(plan.service, kind, plan.project, plan.base) as context:
        digest = _digest(repository_url, context.tag, ecr)
        if digest:
            plan.say(f"{kind}: {context.tag} has been pushed before")
        else:
            built = build_from(plan, kind, context, repository_url)
            with _logged_in(plan, repository_url, ecr):
                plan.say(f"{kind}: pushing {built.name}")
                run(push_command(plan.builder, built.name), f"The {kind} image could not be pushed")
            digest = _digest(repository_url, context.tag, ecr)
    if not digest:
        raise TrainyardError(
            f"The {kind} image was pushed, but its tag {context.tag} is not in the repository", where=repository_url
        )
    return Pushed(kind=kind, tag=context.tag, uri=f"{repository_url}@{digest}")


def _digest(repository_url: str, tag: str, ecr: Any) -> str:
    registry, _, repository = repository_url.partition("/")
    try:
        found = ecr.describe_images(
            registryId=registry.partition(".")[0], repositoryName=repository, imageIds=[{"imageTag": tag}]
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ImageNotFoundException":
            raise
        return ""
    return found["imageDetails"][0]["imageDigest"]


@contextmanager
def _logged_in(plan: BuildPlan, repository_url: str, ecr: Any) -> Generator[None, None, None]:
    """Log in to the registry while the block runs; the token would be good for twelve hours more."""
    registry = repository_url.partition("/")[0]
    token = ecr.get_authorization_token()["authorizationData"][0]["authorizationToken"]
    user, _, password = base64.b64decode(token).decode().partition(":")
    command = login_command(plan.builder, registry, user)
    run(command, f"The registry {registry} refused the login", stdin=password, quiet=True)
    try:
        yield
    finally:
        run(logout_command(plan.builder, registry), "The login could not be forgotten", quiet=True)
