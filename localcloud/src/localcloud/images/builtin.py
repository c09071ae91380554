"""AWS's own images that are emulated: which references mean them, and what runs in their place."""

import hashlib
import re
import sys
from pathlib import Path

import localcloud
from localcloud.cloud import Image

_SCIKIT_LEARN = re.compile(
    r"\d{12}\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com(\.cn)?/sagemaker-scikit-learn:[\w.-]+-cpu-py3"
)
_ROOT = Path(localcloud.__file__).parent / "serving_images"
_MODULE = "scikit_learn"


def find_builtin(uri: str) -> Image | None:
    """Return the image that stands for AWS's scikit-learn image (of whatever account), or None."""
    if not _SCIKIT_LEARN.fullmatch(uri):
        return None
    name = uri.rsplit("/", 1)[1]
    return Image(
        uri=uri,
        digest="sha256:" + hashlib.sha256(name.encode()).hexdigest(),
        root=_ROOT,
        entrypoint=(sys.executable, "-m", _MODULE),
        environment={"PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin"},
    )
