"""Which engine is used where none is installed, and how old an installed one may be."""

ENGINE = "3.259.0"
"""The version that is downloaded or built."""

LANGUAGE_HOST = "3.79.0"
"""The last Go module that carries the Python language host; needed only for an engine built here."""

OLDEST = (3, 130, 0)
"""An engine on PATH that is older is passed over: it lacks the options that this project uses."""


ACTIONLINT = "1.7.12"
"""The linter of GitHub's workflows; built from its Go module."""


def parse(text: str) -> tuple[int, int, int] | None:
    """Return (major, minor, patch) of a version such as `v3.259.0-dev.1`, or None if it is none."""
    parts = text.strip().removeprefix("v").split("-")[0].split("+")[0].split(".")
    if len(parts) != 3 or not all(part.isdigit() for part in parts):
        return None
    major, minor, patch = (int(part) for part in parts)
    return major, minor, patch
