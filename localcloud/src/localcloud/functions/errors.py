"""What Lambda refuses, with the codes of its API reference.

AwsError
├── FunctionMissing       ResourceNotFoundException, 404
├── Conflict              ResourceConflictException, 409
├── InvalidParameter      InvalidParameterValueException, 400
└── Throttled             TooManyRequestsException, 429: no execution environment is left for the function
"""

from localcloud.errors import AwsError


class FunctionMissing(AwsError):
    """No such function, policy, URL or configuration."""

    code = "ResourceNotFoundException"
    status = 404


class Conflict(AwsError):
    """What is to be made is there already."""

    code = "ResourceConflictException"
    status = 409


class InvalidParameter(AwsError):
    """A parameter that fits the model, but that Lambda does not take."""

    code = "InvalidParameterValueException"
    status = 400


class Throttled(AwsError):
    """More invocations at once than the function, or this machine, may have."""

    code = "TooManyRequestsException"
    status = 429

    def __init__(self, message: str, reason: str) -> None:
        super().__init__(message)
        self.reason = reason
        """Which limit it was, as the answer's `Reason` names it."""
