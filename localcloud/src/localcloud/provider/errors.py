"""What the provider refuses, each error one line.

ProviderError
├── UnknownTypeError      no such resource type or function
├── ConfigurationError    the provider must not start on this configuration
└── CreateFailed          the resource exists but is not usable: the engine records it as failed, to be replaced
"""

from botocore.exceptions import BotoCoreError, ClientError, ParamValidationError

from localcloud.provider.values import Props


class ProviderError(Exception):
    """An error with a text of one line: which resource, what was attempted, what the cloud answered."""


class UnknownTypeError(ProviderError):
    """The schema has no such type or function."""


class ConfigurationError(ProviderError):
    """The provider refuses to work on this configuration."""


class CreateFailed(ProviderError):
    """The resource was made but never became usable; it is kept in the state under its id."""

    def __init__(self, message: str, resource_id: str, outputs: Props | None = None) -> None:
        super().__init__(message)
        self.resource_id = resource_id
        self.outputs = outputs or {}


def describe(error: Exception) -> str:
    """Return an AWS or botocore error as one line."""
    if isinstance(error, ClientError):
        found = error.response.get("Error", {})
        return f"{error.operation_name}: {found.get('Code', 'error')}: {_line(found.get('Message', ''))}"
    if isinstance(error, ParamValidationError):
        return f"the request does not fit the API: {_line(str(error).removeprefix('Parameter validation failed:'))}"
    if isinstance(error, BotoCoreError | ProviderError):
        return _line(str(error))
    return f"{type(error).__name__}: {_line(str(error))}"


def _line(text: str) -> str:
    return "; ".join(part.strip() for part in text.splitlines() if part.strip())


def is_missing(error: ClientError) -> bool:
    """Return whether AWS says that the thing asked for does not exist."""
    found = error.response.get("Error", {})
    code, message = str(found.get("Code", "")), str(found.get("Message", ""))
    if code in _MISSING or code.endswith(("NotFound", "NotFoundException", "NotFoundFault", "DoesNotExist")):
        return True
    # SageMaker and autoscaling answer a missing thing with a validation error.
    return code == "ValidationException" and any(text in message for text in _MISSING_TEXTS)


_MISSING_TEXTS = (
    "does not exist",
    "Could not find",
    "Cannot find",
    "No scaling policy found",
    "No scalable target found",
)

_MISSING = frozenset(
    {
        "404",
        "NoSuchBucket",
        "NoSuchEntity",
        "NoSuchKey",
        "NoSuchBucketPolicy",
        "NoSuchLifecycleConfiguration",
        "NoSuchPublicAccessBlockConfiguration",
        "NoSuchTagSet",
        "OwnershipControlsNotFoundError",
        "ServerSideEncryptionConfigurationNotFoundError",
        "AWS.SimpleQueueService.NonExistentQueue",
        "ParameterNotFound",
        "ResourceNotFound",
        "NotFound",
    }
)
