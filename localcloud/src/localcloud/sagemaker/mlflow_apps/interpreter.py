"""Which Python has MLflow: the local cloud needs none, and starts the servers of apps with another's packages."""

import os
import subprocess
import sys
from collections.abc import Mapping
from functools import cache

from localcloud.errors import ValidationError

VARIABLE = "LOCALCLOUD_MLFLOW_PYTHON"
"""Names an interpreter whose environment has MLflow; without it, the local cloud's own is asked."""

_ASK = "import importlib.metadata as packages; print(packages.version('mlflow'))"
_ASK_SECONDS = 60.0


def interpreter(environ: Mapping[str, str] = os.environ) -> str:
    """Return the interpreter that servers are started with."""
    return environ.get(VARIABLE) or sys.executable


@cache
def mlflow_version(python: str) -> str:
    """Return the version of MLflow, its server included, that an interpreter has.

    Raises:
        ValidationError: it has none, or is no interpreter.
    """
    try:
        asked = subprocess.run([python, "-c", _ASK], capture_output=True, text=True, check=True, timeout=_ASK_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise ValidationError(
            f"The local cloud has no MLflow to run an app with: {python} has no package mlflow ({_last_line(error)}). "
            f"Set {VARIABLE} to the Python of an environment in which `pip install mlflow` was run, and start the "
            "local cloud again."
        ) from None
    return asked.stdout.strip()


def _last_line(error: Exception) -> str:
    said = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
    return (said or str(error)).strip().splitlines()[-1]
