"""The name of an image in ECR."""

import re
from dataclasses import dataclass

from localcloud.errors import ValidationError
from localcloud.scope import Scope

_REFERENCE = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/"
    r"(?P<repository>[a-z0-9][a-z0-9._/-]*?)(?:@(?P<digest>sha256:[0-9a-f]{64})|:(?P<tag>[\w][\w.-]{0,127}))?"
)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """A repository with a tag, or with a digest; `digest` is empty where a tag names the image."""

    scope: Scope
    repository: str
    tag: str
    digest: str

    @property
    def image_id(self) -> dict[str, str]:
        """The image as ECR's API names it."""
        return {"imageDigest": self.digest} if self.digest else {"imageTag": self.tag}


def parse_reference(uri: str) -> Reference:
    """Return the parts of an ECR image URI; without tag and digest it means `latest`.

    Raises:
        ValidationError: it is no image of ECR.
    """
    match = _REFERENCE.fullmatch(uri)
    if match is None:
        raise ValidationError(
            f"The image {uri!r} is not one of ECR: expected "
            "<account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag> or …@sha256:<digest>."
        )
    digest = match["digest"] or ""
    return Reference(
        scope=Scope(match["account"], match["region"]),
        repository=match["repository"],
        tag="" if digest else match["tag"] or "latest",
        digest=digest,
    )
