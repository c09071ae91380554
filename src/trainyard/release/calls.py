"""Creates and deletes that are safe to repeat: one finds what an earlier try made, the other finds it gone."""

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from trainyard.release.faults import already_there, transient
from trainyard.release.observe import missing


def create(call: Callable[..., Any], body: Mapping[str, Any]) -> None:
    """Create what a request describes, unless it is there.

    Raises:
        ClientError: AWS refused, or the call may succeed a moment later.
    """
    try:
        call(**body)
    except ClientError as error:
        if transient(error) or not already_there(error):
            raise


def delete(call: Callable[..., Any], **name: Any) -> None:
    """Delete what is named, unless it is gone.

    Raises:
        ClientError: AWS refused, or the call may succeed a moment later.
    """
    try:
        call(**name)
    except ClientError as error:
        if transient(error) or not missing(error):
            raise
