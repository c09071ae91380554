"""What can go wrong, as the operator reads it.

TrainyardError            exit 1: something failed
├── UsageError            exit 2: input or configuration is wrong; nothing was changed
├── GateRejected          exit 3: the model is not good enough
└── RolledBack            exit 4: the release was undone
"""


class TrainyardError(Exception):
    """An error with what happened, where, and what to do; printed as one paragraph.

    Args:
        what: what happened, one sentence without a full stop.
        where: the file, key, resource or command concerned.
        cure: what the operator does next.
    """

    exit_code = 1

    def __init__(self, what: str, *, where: str = "", cure: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.where = where
        self.cure = cure

    def __str__(self) -> str:
        parts = [f"{self.what}." if not self.what.endswith((".", "?", "!")) else self.what]
        if self.where:
            parts.append(f"Where: {self.where}.")
        if self.cure:
            parts.append(self.cure if self.cure.endswith(".") else f"{self.cure}.")
        return " ".join(parts)


class UsageError(TrainyardError):
    """Input or configuration is wrong; nothing was changed."""

    exit_code = 2


class GateRejected(TrainyardError):
    """The gate did not let the model pass; the text names the rule and the numbers."""

    exit_code = 3


class RolledBack(TrainyardError):
    """A release was undone; the text names the alarm or the check that tripped."""

    exit_code = 4
