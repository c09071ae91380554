"""Errors of the pipelines package in the words of the command line."""

from collections.abc import Generator
from contextlib import contextmanager

from pipelines.errors import PipelineError, RenderingFailed
from trainyard.errors import TrainyardError, UsageError


@contextmanager
def worded() -> Generator[None, None, None]:
    """Turn errors of the pipelines package into those that the command line counts."""
    try:
        yield
    except PipelineError as error:
        kind = TrainyardError if isinstance(error, RenderingFailed) else UsageError
        raise kind(error.what, where=error.where, cure=error.cure) from error
