"""The layer that AWS publishes Powertools for AWS Lambda in: logging, and pydantic among its dependencies.

Pinned: a layer's version never changes, and a newer one comes in by a change that somebody reads.
"""

ACCOUNT = "017000801446"
RUNTIME = "python3.13"
VERSION = 27
"""Of the layer, not of the library (Powertools for AWS Lambda (Python), "Installation", Lambda layers: one layer for
each Python version and architecture; each holds the library with the dependencies of all its features)."""


def layer_arn(region: str) -> str:
    """Return the layer's ARN in a region."""
    name = f"AWSLambdaPowertoolsPythonV3-{RUNTIME.replace('.', '')}-x86_64"
    return f"arn:aws:lambda:{region}:{ACCOUNT}:layer:{name}:{VERSION}"
