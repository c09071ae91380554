"""Unpacked images below the home, one folder a digest."""

import io
import json
import shutil
import tarfile
import tempfile
from pathlib import Path
from typing import Any

from localcloud.errors import ValidationError
from localcloud.images.archive import Archive, digest_of
from localcloud.unpacking import unpack


class Shelf:
    """Images by digest: below `<digest>` are the code (`root`), `config.json`, and the `layer` as it came."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, archive: Archive) -> None:
        """Unpack an image, unless it is there.

        Raises:
            ValidationError: the parts do not have the digests that the manifest names.
        """
        self._check(archive)
        place = self._place(archive.digest)
        if place.exists():
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(dir=self._folder, prefix=".partial-"))
        try:
            with tarfile.open(fileobj=io.BytesIO(archive.layer), mode="r:gz") as layer:
                unpack(layer, partial / "root")
            (partial / "config.json").write_text(archive.config)
            (partial / "layer").write_bytes(archive.layer)
            partial.chmod(0o755)
            partial.rename(place)
        finally:
            shutil.rmtree(partial, ignore_errors=True)

    def root(self, digest: str) -> Path:
        """Return the folder of an image's code."""
        return self._place(digest) / "root"

    def config(self, digest: str) -> dict[str, Any]:
        """Return an image's OCI config.

        Raises:
            ValidationError: the image was never put here.
        """
        file = self._place(digest) / "config.json"
        if not file.exists():
            raise ValidationError(
                f"The image {digest} is in ECR, but its content is not on this local cloud; "
                "push it again with `localcloud image push`."
            )
        return json.loads(file.read_text())

    def part(self, digest: str, part_digest: str) -> Path | None:
        """Return the file of an image's config or layer, None where it is not here."""
        files = (self._place(digest) / name for name in ("config.json", "layer"))
        return next((file for file in files if file.exists() and digest_of(file.read_bytes()) == part_digest), None)

    def _place(self, digest: str) -> Path:
        return self._folder / digest.removeprefix("sha256:")

    @staticmethod
    def _check(archive: Archive) -> None:
        manifest = json.loads(archive.manifest)
        expected = [manifest["config"]["digest"], *(layer["digest"] for layer in manifest["layers"])]
        if expected != [digest_of(archive.config.encode()), digest_of(archive.layer)]:
            raise ValidationError("The parts of the image do not have the digests that its manifest names.")
