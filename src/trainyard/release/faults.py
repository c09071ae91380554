"""Which failures of a call are worth another try: those that say nothing about the request itself."""

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError

_CODES = frozenset(
    {
        "ConcurrentUpdateException",
        "InternalError",
        "InternalFailure",
        "InternalServerError",
        "InternalServiceException",
        "LimitExceededException",
        # Of Application Auto Scaling: a target that was registered, or deregistered, a moment ago. The next look tells.
        "ObjectNotFoundException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestTimeout",
        "ServiceUnavailable",
        "ServiceUnavailableException",
        "Throttling",
        "ThrottlingException",
        "ThrottledException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    }
)


def transient(error: Exception) -> bool:
    """Return whether the same call may succeed a moment later; its effect may have happened all the same."""
    if isinstance(error, ConnectionError | HTTPClientError):
        return True
    if isinstance(error, BotoCoreError) or not isinstance(error, ClientError):
        return False
    detail = error.response["Error"]
    if detail["Code"] == "TransactionCanceledException":
        reasons = error.response.get("CancellationReasons", [])
        return any(reason.get("Code") == "TransactionConflict" for reason in reasons)
    return detail["Code"] in _CODES or "cannot update in-progress endpoint" in detail.get("Message", "").lower()


def already_there(error: ClientError) -> bool:
    """Return whether a create was refused because an earlier try of it went through (names carry content hashes)."""
    return "already exist" in error.response["Error"].get("Message", "").lower()
