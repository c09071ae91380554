"""The engine's state in a folder, made readable again after an engine was killed while it wrote.

Beside each file the backend keeps a small one of attributes (`.attrs`), which it writes first and which nothing needs;
the state itself is replaced in one step. A kill in between leaves attributes of no bytes, and the engine then refuses
to read the whole state: "failed to load checkpoint: EOF".
"""

from collections.abc import Mapping
from pathlib import Path

SCHEME = "file://"


def mend(environ: Mapping[str, str]) -> list[Path]:
    """Remove empty files of attributes from the folder that PULUMI_BACKEND_URL names, and return them.

    Another kind of backend has no such files, and is left alone.
    """
    url = environ.get("PULUMI_BACKEND_URL", "")
    if not url.startswith(SCHEME):
        return []
    empty = [file for file in Path(url.removeprefix(SCHEME)).rglob("*.attrs") if file.stat().st_size == 0]
    for file in empty:
        file.unlink(missing_ok=True)
    return empty
