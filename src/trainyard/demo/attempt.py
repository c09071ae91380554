"""An attempt to reach from one environment into another, and whether it was refused as it must be."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from trainyard.demo.shell import Done

WENT_THROUGH = "went through"
SHOWN = 160


@dataclass(frozen=True)
class Attempt:
    """Something that must be refused."""

    kind: str
    """What is reached for: settings, credentials, ARNs, buckets, models, keys."""
    what: str
    refusal: Sequence[str]
    """What the refusal must say: the error code with a colon, or the exit code and words of the message."""
    act: Callable[[], str]
    """Tries, and returns what was answered."""
    control: Callable[[], str] | None = None
    """The same by the owner, who must be let through: otherwise the attempt was malformed, and its refusal no proof."""


@dataclass(frozen=True)
class Outcome:
    """What an attempt was answered."""

    attempt: Attempt
    said: str
    control: str = WENT_THROUGH

    @property
    def refused(self) -> bool:
        """Whether it was refused in the right words, and would have been granted to the owner."""
        return all(word in self.said for word in self.attempt.refusal) and self.control == WENT_THROUGH

    @property
    def line(self) -> str:
        """The outcome in one line."""
        owner = "" if self.control == WENT_THROUGH else f"; and its owner got: {self.control}"
        return f"{'refused' if self.refused else 'NOT AS IT MUST'}: {self.attempt.what}: {self.said[:SHOWN]}{owner}"


def carry_out(attempt: Attempt) -> Outcome:
    """Try, and let the owner try the same."""
    return Outcome(attempt, attempt.act(), attempt.control() if attempt.control else WENT_THROUGH)


def call(function: Callable[..., Any], **parameters: Any) -> Callable[[], str]:
    """Return a try of one request to AWS, which answers with the error's code and message."""

    def act() -> str:
        try:
            function(**parameters)
        except ClientError as error:
            return f"{error.response['Error']['Code']}: {error.response['Error'].get('Message', '')}"
        return WENT_THROUGH

    return act


def command(run: Callable[[], Done]) -> Callable[[], str]:
    """Return a try of a command, which answers with its exit code and its output in one line."""

    def act() -> str:
        done = run()
        return WENT_THROUGH if done.code == 0 else f"exit {done.code}: {' '.join(done.output.split())}"

    return act


def tally(outcomes: Sequence[Outcome]) -> tuple[dict[str, int], dict[str, int]]:
    """Return how many were refused and how many there were, by kind."""
    kinds = list(dict.fromkeys(outcome.attempt.kind for outcome in outcomes))
    by_kind = {kind: [outcome for outcome in outcomes if outcome.attempt.kind == kind] for kind in kinds}
    refused = {kind: sum(outcome.refused for outcome in found) for kind, found in by_kind.items()}
    return refused, {kind: len(found) for kind, found in by_kind.items()}
