"""What is kept of a function: one document, its configuration as AWS answers it and what belongs to it.

Members that begin with an underscore are this module's: `_Generation` changes with code or configuration, so that no
older process serves; `_Digest` names the code; `_Tags`, `_Policy`, `_Url`, `_EventInvoke`, `_Reserved`.
"""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from localcloud.functions.errors import FunctionMissing
from localcloud.functions.names import FunctionName
from localcloud.store import Document, Store

FUNCTION = "Function"


def find(store: Store, function: FunctionName) -> Document | None:
    """Return a function's document, or None."""
    return store.get(function.scope, FUNCTION, function.name)


def get(store: Store, function: FunctionName) -> Document:
    """Return a function's document.

    Raises:
        FunctionMissing: there is no such function.
    """
    found = find(store, function)
    if found is None:
        raise FunctionMissing(f"Function not found: {function.arn}")
    return found


def change(store: Store, function: FunctionName, **members: Any) -> Document:
    """Set members of a function's document, give it a new revision, and return it.

    Raises:
        FunctionMissing: there is no such function.
    """
    try:
        return store.update(function.scope, FUNCTION, function.name, **members, RevisionId=str(uuid.uuid4()))
    except KeyError:
        raise FunctionMissing(f"Function not found: {function.arn}") from None


def revise(store: Store, function: FunctionName, make: Callable[[Document], Document]) -> Document:
    """Set the members that `make` makes of a function's document, with no other change between, and return it.

    Raises:
        FunctionMissing: there is no such function.
    """
    try:
        return store.revise(
            function.scope, FUNCTION, function.name, lambda found: {**make(found), "RevisionId": str(uuid.uuid4())}
        )
    except KeyError:
        raise FunctionMissing(f"Function not found: {function.arn}") from None


def public(document: Document) -> Document:
    """Return a function's configuration as AWS answers it."""
    return {name: value for name, value in document.items() if not name.startswith("_") and value is not None}


def stamp(moment: datetime) -> str:
    """Return a moment as Lambda's API writes most of them."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}+0000"
