"""What a task that follows a step makes of an execution as it stands. Pure."""

from enum import Enum

from pipelines.execution import Progress


class Verdict(Enum):
    """What to do about a step."""

    WAIT = "wait"
    DONE = "done"
    SKIP = "skip"
    FAIL = "fail"


def judge(progress: Progress, step: str) -> tuple[Verdict, str]:
    """Return what a step's task comes to, and why.

    A rejection is an answer and no failure: what a condition did not let pass is skipped.
    """
    found = progress.step(step)
    if found and found.status == "Succeeded":
        return Verdict.DONE, found.resource_arn
    if found and found.status in ("Failed", "Stopped"):
        where = f" Its log: {found.log.group}, streams {found.log.stream_prefix}*." if found.log else ""
        return Verdict.FAIL, f"{step} {found.status.lower()}: {found.failure or 'without a reason'}.{where}"
    if not progress.ended:
        return Verdict.WAIT, found.status if found else "not started yet"
    rejected = progress.step("Reject")
    if rejected:
        return Verdict.SKIP, rejected.failure
    return Verdict.FAIL, f"{step} was not reached: the run {progress.status.lower()}. {progress.failure}".strip()
