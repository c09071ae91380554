"""Golden files: what a report looked like when somebody last read it."""

import os
from pathlib import Path

FOLDER = Path(__file__).parent / "golden"
UPDATE = "TRAINYARD_UPDATE_GOLDEN"


def same_as_golden(name: str, text: str) -> bool:
    """Compare a text with its golden file; with TRAINYARD_UPDATE_GOLDEN=1, write it anew."""
    file = FOLDER / name
    if os.environ.get(UPDATE) == "1":
        file.write_text(text, encoding="utf-8")
    return file.read_text(encoding="utf-8") == text
