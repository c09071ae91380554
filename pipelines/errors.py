"""What can go wrong around a pipeline, with the parts of one clear paragraph; the command line words and counts them.

PipelineError
├── RunRefused        what was asked for cannot be started; nothing was changed
└── RenderingFailed   the SageMaker SDK gave no definition
"""


class PipelineError(Exception):
    """An error with what happened, where, and what to do."""

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.cure = cure


class RunRefused(PipelineError):
    """What was asked for cannot be started; nothing was changed."""


class RenderingFailed(PipelineError):
    """The SageMaker SDK gave no definition."""
