"""Pickles are refused, by name and by content: loading one runs whatever code its author put in.

A model archive crosses accounts (a promotion copies it) and years (a rollback goes back to it). Whoever may write one
object of the artifacts bucket would own every endpoint that loads it. UBJ, JSON, ONNX and plain arrays hold data only.
"""

import zipfile
from pathlib import Path

from recommender.errors import PickleRefused

SUFFIXES = (".pkl", ".pickle", ".joblib", ".dill", ".cloudpickle", ".pt", ".pth", ".sav")
"""Names under which pickles travel; the content is looked at whatever the name."""

_ARRAY, _ZIP, _STOP, _PROTOCOL = b"\x93NUMPY", b"PK\x03\x04", b".", 0x80


def refuse_pickles(folder: Path) -> None:
    """Refuse a folder that holds a pickle, at any depth; reads a few bytes of each file.

    Raises:
        PickleRefused: the text names the file and the reason.
    """
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        found = pickle_in(path)
        if found:
            raise PickleRefused(
                f"{path.relative_to(folder)} is refused: {found}, and loading a pickle runs whatever code its "
                "author put in it. Save boosters as UBJ or ONNX, arrays as .npy without objects, anything else as JSON"
            )


def pickle_in(path: Path) -> str | None:
    """Return what makes a file a pickle, or nothing."""
    if path.suffix.lower() in SUFFIXES:
        return f"its name ends in {path.suffix}"
    with path.open("rb") as opened:
        start = opened.read(1024)
    if start.startswith(_ARRAY):
        return "it is an array of objects" if b"'|O'" in start or b"'O'" in start else None
    if start.startswith(_ZIP):
        return _in_zip(path)
    return "its content is a pickle" if _is_pickle(path, start) else None


def _in_zip(path: Path) -> str | None:
    """PyTorch's files and .npz are zips of pickles or of arrays; nothing of ours is a zip."""
    inside = zipfile.ZipFile(path).namelist() if zipfile.is_zipfile(path) else []
    pickles = [name for name in inside if Path(name).suffix.lower() in (*SUFFIXES, ".npy")]
    return f"it is a zip that holds {pickles[0]}" if pickles else None


def _is_pickle(path: Path, start: bytes) -> bool:
    if len(start) > 1 and start[0] == _PROTOCOL and start[1] <= 5:  # protocols 2 to 5 say so themselves
        return True
    return _ends_with_stop(path) and _reads_as_opcodes(path)


def _ends_with_stop(path: Path) -> bool:
    with path.open("rb") as opened:
        opened.seek(max(0, path.stat().st_size - 1))
        return opened.read() == _STOP


def _reads_as_opcodes(path: Path) -> bool:
    """Protocols 0 and 1 have no mark: such a file is a pickle if all of it reads as its instructions."""
    import pickletools  # only here: a server's start does not pay for it

    try:
        with path.open("rb") as opened:
            return sum(1 for _ in pickletools.genops(opened)) > 1
    except (ValueError, UnicodeDecodeError):
        return False
