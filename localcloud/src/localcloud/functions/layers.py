"""The layers that functions may name, and the locally installed packages that stand for them. Pure.

Source: Powertools for AWS Lambda (Python), "Installation" (the layer's ARN and what it brings).
"""

import re
from collections.abc import Sequence

from localcloud.functions.errors import InvalidParameter

_LAYERS: tuple[tuple[re.Pattern[str], tuple[str, ...]], ...] = (
    (
        re.compile(
            r"arn:aws[a-z-]*:lambda:[a-z0-9-]+:017000801446:layer:AWSLambdaPowertoolsPythonV3-python3\d+-(x86_64|arm64):\d+"
        ),
        (
            "aws-lambda-powertools",
            "jmespath",
            "typing-extensions",
            "pydantic",
            "pydantic-core",
            "annotated-types",
            "typing-inspection",
        ),
    ),
)


def distributions(arns: Sequence[str]) -> list[str]:
    """Return the distributions that layers bring, in the order of the layers.

    Raises:
        InvalidParameter: a layer that the local cloud has no packages for.
    """
    return [name for arn in arns for name in _of(arn)]


def _of(arn: str) -> tuple[str, ...]:
    for pattern, names in _LAYERS:
        if pattern.fullmatch(arn):
            return names
    raise InvalidParameter(
        f"Layer version {arn} does not exist in the local cloud, which knows AWS's layer of Powertools for Python "
        "(AWSLambdaPowertoolsPythonV3) only; put other packages into the function's own archive."
    )
