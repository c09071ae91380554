"""Versions of the orders in git: a small pointer is committed, DVC keeps the data in the environment's bucket."""

from trainyard.data.versions.comparison import Comparison, compare
from trainyard.data.versions.describing import describe, hash_of_files
from trainyard.data.versions.dvc import DvcProject
from trainyard.data.versions.log import Version, find, log
from trainyard.data.versions.newest import fetch_newest
from trainyard.data.versions.pointer import Pointer, pointer_path, read_pointer
from trainyard.data.versions.tracking import bring, fetch, track

__all__ = [
    "Comparison",
    "DvcProject",
    "Pointer",
    "Version",
    "bring",
    "compare",
    "describe",
    "fetch",
    "fetch_newest",
    "find",
    "hash_of_files",
    "log",
    "pointer_path",
    "read_pointer",
    "track",
]
