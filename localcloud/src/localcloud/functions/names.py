"""The names of functions: by itself, as a partial ARN, or as an ARN, with or without a qualifier. Pure."""

import re
from dataclasses import dataclass

from localcloud.functions.errors import FunctionMissing
from localcloud.scope import Scope

LATEST = "$LATEST"
_NAME = re.compile(
    r"(?:arn:[^:]+:lambda:(?P<region>[^:]+):)?(?:(?P<account>\d{12}):)?(?:function:)?(?P<name>[A-Za-z0-9-_]+)"
    r"(?::(?P<qualifier>[^:]+))?"
)


@dataclass(frozen=True)
class FunctionName:
    """A function: where it lives, and its name there."""

    scope: Scope
    name: str

    @property
    def arn(self) -> str:
        """The function's ARN, without a version."""
        return self.scope.arn("lambda", f"function:{self.name}")


def function_name(caller: Scope, text: str, qualifier: str | None = None) -> FunctionName:
    """Return the function that a caller means by `text`.

    Raises:
        FunctionMissing: the text is no name, or asks for a version or alias: the local cloud has `$LATEST` only.
    """
    found = _NAME.fullmatch(text)
    if not found:
        raise FunctionMissing(f"Function not found: {text}")
    function = FunctionName(Scope(found["account"] or caller.account, found["region"] or caller.region), found["name"])
    asked = qualifier or found["qualifier"]
    if asked not in (None, LATEST):
        raise FunctionMissing(f"Function not found: {function.arn}:{asked}")
    return function
