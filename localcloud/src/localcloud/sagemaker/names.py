"""Names, ARNs and instance types as SageMaker accepts them; botocore checks none of these patterns."""

import re

from localcloud.errors import ValidationError

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_INSTANCE_TYPE = re.compile(r"ml\.[a-z][a-z0-9-]*\.([0-9]*(nano|micro|small|medium|large|xlarge)|metal)")


def check_name(field: str, value: str) -> str:
    """Return `value` if it is a legal name of a model, endpoint, config, job, package or group.

    Raises:
        ValidationError: it is not; the message has AWS's wording.
    """
    if not _NAME.fullmatch(value):
        shown = field[0].lower() + field[1:]
        raise ValidationError(
            f"1 validation error detected: Value '{value}' at '{shown}' failed to satisfy constraint: "
            f"Member must satisfy regular expression pattern: ^{_NAME.pattern}$"
        )
    return value


def check_instance_type(value: str) -> str:
    """Return `value` if it looks like an instance type of SageMaker; no list is kept, since lists grow old.

    Raises:
        ValidationError: it does not.
    """
    if not _INSTANCE_TYPE.fullmatch(value):
        raise ValidationError(
            f"1 validation error detected: Value '{value}' at 'instanceType' failed to satisfy constraint: "
            "Member must be of the form ml.<family>.<size>"
        )
    return value


def from_arn(value: str, resource: str) -> str:
    """Return the name in an ARN of a `resource` (such as `model-package`), or `value` itself if it is a name."""
    marker = f":{resource}/"
    return value.split(marker, 1)[1] if value.startswith("arn:") and marker in value else value
