"""The baseline's model archive: the same products give the same bytes, on every machine.

The file lies in the user's cache under the hash of its content, so that neither the checkout changes nor two programs
write into each other's archive.
"""

import gzip
import hashlib
import io
import json
import os
import tarfile
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path


def archive(products: Sequence[Mapping[str, str]]) -> bytes:
    """Return the model.tar.gz that recommends `products` (`stock_code`, `name`), best first."""
    files = {
        "code/inference.py": (Path(__file__).parent / "inference.py").read_bytes(),
        "products.json": json.dumps({"products": list(products)}, indent=1).encode() + b"\n",
    }
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.USTAR_FORMAT) as tar:
        for name, content in sorted(files.items()):
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            entry.mode = 0o644
            tar.addfile(entry, io.BytesIO(content))
    # Stored, not compressed: different versions of zlib compress the same bytes differently.
    return gzip.compress(packed.getvalue(), compresslevel=0, mtime=0)


def stored(content: bytes, folder: Path | None = None) -> Path:
    """Write `content` under its hash and return where; what is there already is left alone.

    Args:
        content: the archive.
        folder: where to; the user's cache when None.
    """
    folder = folder or _cache()
    path = folder / f"{digest(content)}.tar.gz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=folder, delete=False) as unfinished:
            unfinished.write(content)
        os.replace(unfinished.name, path)
    return path


def digest(content: bytes) -> str:
    """Return the hash that names an archive."""
    return hashlib.sha256(content).hexdigest()


def _cache() -> Path:
    base = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(base) / "trainyard" / "baselines"
