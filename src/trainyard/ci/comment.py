"""One comment for each environment, found again by its first line and changed in place.

Only comments of the workflows' own account are touched: anyone may write a first line like that.
"""

from collections.abc import Sequence

from trainyard.ci.conversation import LIMIT, Comment, Conversation
from trainyard.errors import UsageError

AUTHOR = "github-actions[bot]"
"""Who writes with a workflow's GITHUB_TOKEN."""

CUT = (
    "> [!WARNING]\n> This report is longer than a comment may be and is cut below. The whole of it is in the summary "
    "of this job."
)


def marker(environment: str) -> str:
    """Return the hidden first line of an environment's comment."""
    return f"<!-- trainyard-preview:{environment} -->"


def place(conversation: Conversation, environment: str, body: str, author: str = AUTHOR) -> str:
    """Create the environment's comment, or change the one that is there; return its address.

    Raises:
        UsageError: the text does not begin with the environment's marker, so it could not be found again.
    """
    if body.partition("\n")[0].strip() != marker(environment):
        raise UsageError(
            f"The text does not begin with the marker of environment {environment!r}",
            where=body.partition("\n")[0][:80] or "an empty text",
            cure=f"Its first line must be {marker(environment)}, as `trainyard preview --format markdown` writes it",
        )
    own = find(conversation, environment, author)
    return conversation.update(own, fit(body)) if own else conversation.create(fit(body))


def withdraw(conversation: Conversation, environments: Sequence[str], commit: str, author: str = AUTHOR) -> list[str]:
    """Say in the comments of environments that a pull request no longer touches that it does not; return which.

    An environment without a comment gets none.
    """
    said: list[str] = []
    for environment in environments:
        text = untouched(environment, commit)
        own = find(conversation, environment, author)
        if own and own.body != text:
            conversation.update(own, text)
            said.append(environment)
    return said


def untouched(environment: str, commit: str) -> str:
    """Return what stands where the preview of an environment was that the pull request no longer touches."""
    since = f" as of {commit[:10]}" if commit else ""
    return (
        f"{marker(environment)}\n## {environment}: not touched\n\n"
        f"This pull request does not touch {environment} any more{since}. An earlier preview stood here.\n"
    )


def find(conversation: Conversation, environment: str, author: str = AUTHOR) -> Comment | None:
    """Return the environment's comment, or None where it has none yet."""
    first = marker(environment)
    return next((one for one in conversation if one.author == author and one.body.startswith(first)), None)


def fit(body: str, limit: int = LIMIT) -> str:
    """Return the text, cut at the end of a line where it is too long, with the cut announced at its top.

    What is lost stands first in a report, so what is cut away is what matters least.
    """
    if len(body) <= limit:
        return body
    first, _, rest = body.partition("\n")
    head = f"{first}\n{CUT}\n\n"
    lines = rest.splitlines(keepends=True)
    kept: list[str] = []
    used = len(head)
    for line in lines:
        if used + len(line) + _CLOSING_ROOM > limit:
            break
        kept.append(line)
        used += len(line)
    return head + "".join(kept) + _closing("".join(kept))


_CLOSING_ROOM = 200
"""Characters kept free for what closes open blocks."""


def _closing(text: str) -> str:
    """Return what closes the code block and the folded sections that a cut left open."""
    fence = "```\n" if sum(line.lstrip().startswith("```") for line in text.splitlines()) % 2 else ""
    return fence + "</details>\n" * (text.count("<details") - text.count("</details>"))
