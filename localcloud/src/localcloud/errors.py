"""What the local cloud refuses, as the error a client of AWS would see.

AwsError
├── ValidationError       ValidationException, 400: what AWS would reject
├── NotFoundError         ResourceNotFound or ValidationException, 400: no such resource
├── InUseError            ResourceInUse, 400: the name is taken, or the resource is busy
├── LimitError            ResourceLimitExceeded, 400
└── ModelError            ModelError, 424: a container answered with an error
LocalCloudError           the local cloud itself cannot go on (not an AWS answer)
"""


class AwsError(Exception):
    """An error answer of an AWS API: `code` as in botocore's `Error.Code`, an HTTP `status`, and a message."""

    code = "InternalFailure"
    status = 500

    def __init__(self, message: str, *, code: str | None = None, status: int | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.status = status or self.status


class ValidationError(AwsError):
    """The request is one that AWS would reject."""

    code = "ValidationException"
    status = 400


class NotFoundError(AwsError):
    """No such resource; SageMaker answers most of these with ValidationException."""

    code = "ValidationException"
    status = 400


class InUseError(AwsError):
    """The name is taken, or the resource is in a state that forbids the call."""

    code = "ResourceInUse"
    status = 400


class LimitError(AwsError):
    """A quota of the account would be passed."""

    code = "ResourceLimitExceeded"
    status = 400


class ModelError(AwsError):
    """The container behind an endpoint answered with an error, or not at all."""

    code = "ModelError"
    status = 424


class LocalCloudError(Exception):
    """The local cloud cannot go on; the text says what happened, where, and what to do."""
