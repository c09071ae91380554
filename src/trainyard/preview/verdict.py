"""What a reviewer reads in ten seconds: whether anything is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from trainyard.preview.entries import Entry
from trainyard.preview.loss import Severity
from trainyard.preview.policy import Policy

NAMED = 3
"""Names in a sentence; the rest are counted."""

_LOSES = {
    Severity.DATA: ("data is lost in", "data is lost in"),
    Severity.SERVICE: ("{} is interrupted or ends", "{} are interrupted or end"),
    Severity.UNKNOWN: ("nobody knows what {} holds", "nobody knows what {} hold"),
}


class Level(StrEnum):
    """How loud the verdict is."""

    CALM = "calm"
    """Nothing is lost."""
    CARE = "care"
    """Nothing is lost at once, but look."""
    LOSS = "loss"
    """Something is lost."""
    REFUSED = "refused"
    """It cannot be applied, or must not be."""


@dataclass(frozen=True)
class Verdict:
    """The first line of a report."""

    level: Level
    text: str


def verdict(
    losses: Sequence[Entry],
    updates: Sequence[Entry],
    counts: Mapping[str, int],
    refusals: Sequence[str],
    policy: Policy,
) -> Verdict:
    """Return the verdict; what is worst decides its level, and stands first."""
    sentences = [_refused(refusals), _broken(policy), _lost(losses, updates, counts)]
    text = " ".join(sentence for sentence in sentences if sentence)
    if refusals or policy.violations:
        return Verdict(Level.REFUSED, text)
    if any(each.severity is not Severity.NOTHING for each in losses):
        return Verdict(Level.LOSS, text)
    return Verdict(Level.CARE if losses or any(each.cautions for each in updates) else Level.CALM, text)


def counted(number: int, one: str, many: str = "") -> str:
    """Return a number with its noun."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def _refused(refusals: Sequence[str]) -> str:
    if not refusals:
        return ""
    more = f" and {len(refusals) - NAMED} more" if len(refusals) > NAMED else ""
    return f"This cannot be applied: {'; '.join(refusals[:NAMED])}{more}."


def _broken(policy: Policy) -> str:
    number = len(policy.violations)
    return f"{counted(number, 'rule violation')}." if number else ""


def _lost(losses: Sequence[Entry], updates: Sequence[Entry], counts: Mapping[str, int]) -> str:
    if not set(counts) - {"unchanged"}:
        return "Nothing changes."
    careful = [each.name for each in updates if each.cautions]
    less = f"Look at {_named(careful)}: less is kept or guarded." if careful else ""
    if not losses:
        return f"Nothing is deleted or replaced. {less}" if less else "Nothing is lost."
    replaced = sum(each.operation == "replace" for each in losses)
    what = [
        counted(replaced, "replacement") if replaced else "",
        counted(len(losses) - replaced, "deletion") if replaced < len(losses) else "",
    ]
    meant = "; ".join(_by_severity(losses)) or "nothing that holds data or serves anybody"
    return f"{', '.join(filter(None, what))}: {meant}. {less}".strip()


def _by_severity(losses: Sequence[Entry]) -> list[str]:
    result: list[str] = []
    for severity, (one, many) in _LOSES.items():
        names = [each.name for each in losses if each.severity is severity]
        if names:
            text = one if len(names) == 1 else many
            result.append(text.format(_named(names)) if "{}" in text else f"{text} {_named(names)}")
    return result


def _named(names: Sequence[str]) -> str:
    if len(names) <= NAMED:
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
    return f"{', '.join(names[:NAMED])} and {len(names) - NAMED} more"
