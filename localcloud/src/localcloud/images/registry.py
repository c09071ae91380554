"""Resolves image references through ECR to folders that run."""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from localcloud.cloud import Image
from localcloud.errors import ValidationError
from localcloud.images.archive import PYTHON_LABEL
from localcloud.images.builtin import find_builtin
from localcloud.images.reference import Reference, parse_reference
from localcloud.images.shelf import Shelf
from localcloud.resource_policy import allows
from localcloud.scope import Scope

_PULL = ("ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage", "ecr:BatchCheckLayerAvailability")
_SYSTEM_PATH = "/usr/local/bin:/usr/bin:/bin"


class EcrImages:
    """The cloud's images: those pushed to its repositories, and the emulated ones of AWS."""

    def __init__(self, shelf: Shelf, client: Callable[[str, Scope], Any]) -> None:
        self._shelf = shelf
        self._client = client

    def resolve(self, scope: Scope, uri: str) -> Image:
        """Return the image behind `uri` (by tag or digest); `python` in its entrypoint is the pushed interpreter.

        Raises:
            ValidationError: no such repository, tag or digest, one of another account that does not let this one pull,
                or an AWS image that is not emulated.
        """
        builtin = find_builtin(uri)
        if builtin is not None:
            return builtin
        reference = parse_reference(uri)
        self._check_grant(scope, reference, uri)
        digest = self._digest(reference, uri)
        config = self._shelf.config(digest)["config"]
        python = config["Labels"][PYTHON_LABEL]
        if not os.access(python, os.X_OK):
            raise ValidationError(f"The image {uri} runs on the interpreter {python}, which is not there any more.")
        folder = Path(python).parent
        environment = dict(pair.split("=", 1) for pair in config["Env"])
        return Image(
            uri=uri,
            digest=digest,
            root=self._shelf.root(digest),
            entrypoint=tuple(
                python if re.fullmatch(r"python3?", word) and index == 0 else word
                for index, word in enumerate(config["Entrypoint"])
            ),
            environment={"PATH": f"{folder}:{_SYSTEM_PATH}", **environment},
        )

    def _check_grant(self, scope: Scope, reference: Reference, uri: str) -> None:
        """Refuse an image of another account whose repository does not let SageMaker pull it for this one."""
        owner = reference.scope.account
        if owner == scope.account:
            return
        ecr = self._client("ecr", reference.scope)
        try:
            policy = str(ecr.get_repository_policy(repositoryName=reference.repository)["policyText"])
        except ClientError as error:
            if error.response["Error"]["Code"] == "RepositoryNotFoundException":
                return  # told below
            policy = None
        granted = {"caller": scope.account, "owner": owner, "service": "sagemaker.amazonaws.com"}
        if not all(allows(policy, action=action, **granted) for action in _PULL):
            raise ValidationError(
                f"The repository of your image {uri} does not grant {', '.join(_PULL)} permission to "
                "sagemaker.amazonaws.com service principal."
            )

    def _digest(self, reference: Reference, uri: str) -> str:
        ecr = self._client("ecr", reference.scope)
        try:
            found = ecr.batch_get_image(repositoryName=reference.repository, imageIds=[reference.image_id])["images"]
        except ClientError as error:
            raise ValidationError(f"Requested image {uri} not found: {error.response['Error']['Message']}") from error
        if not found:
            what = f"digest {reference.digest}" if reference.digest else f"tag {reference.tag!r}"
            raise ValidationError(
                f"Requested image {uri} not found: the repository {reference.repository} has no {what}. "
                "AWS's own images are emulated for sagemaker-scikit-learn (CPU) only."
            )
        return str(found[0]["imageId"]["imageDigest"])
