"""Whether the records of a version's approvals let it be put to work. Pure: releases and batch jobs ask the same."""

from collections.abc import Sequence
from dataclasses import dataclass

from trainyard.release.record import Approval


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A version of the registry, and how many people its environment asks for."""

    environment: str
    service: str
    version: str
    model_package_arn: str
    approvals_required: int


def objections(candidate: Candidate, status: str, approvals: Sequence[Approval]) -> list[str]:
    """Return what speaks against a version, one sentence each; empty when nothing does.

    Args:
        candidate: the version.
        status: its ModelApprovalStatus in the registry.
        approvals: its records in the deployments table, which only the approval function can write.
    """
    what, asked = f"Version {candidate.version} of {candidate.service}", candidate.approvals_required
    if status == "Rejected":
        return [f"{what} is rejected in the registry"]
    if asked == 0:
        return []
    arn = candidate.model_package_arn
    other = [one.model_package_arn for one in approvals if one.model_package_arn != arn]
    if other:
        return [f"{what} has an approval for another package, {other[0]}"]
    people = {one.person for one in approvals}
    if status == "Approved" and len(people) >= asked:
        return []
    needed = "it" if asked == 1 else f"{asked} people's; {len(people)} gave theirs"
    return [
        f"{what} is not approved and {candidate.environment} asks for {needed}; "
        f"run `trainyard model approve {candidate.service} {candidate.version}`"
    ]
