"""Hyperparameters from a file: what a search wrote, or a plain list of dials."""

import json
from pathlib import Path

from trainyard.errors import UsageError


def read_hyperparameters(path: Path) -> dict[str, str]:
    """Return the dials of training that a JSON file sets: `best` of a search's result, or the whole object.

    Raises:
        UsageError: there is no such file, or it holds something else.
    """
    try:
        document = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        raise UsageError(f"{path} cannot be read: {error}", where="--hyperparameters", cure=_CURE) from error
    found = document.get("best", document) if isinstance(document, dict) else None
    if not isinstance(found, dict) or not found or any(isinstance(value, dict | list) for value in found.values()):
        raise UsageError(f"{path} sets no hyperparameters", where="--hyperparameters", cure=_CURE)
    return {str(name): str(value) for name, value in found.items()}


_CURE = 'Give the hyperparameters.json that the step `tune` wrote, or an object such as {"max_depth": 4}'
