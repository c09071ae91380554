"""The comments of one pull request."""

from collections.abc import Iterator
from dataclasses import dataclass

from trainyard.ci.github import GitHub
from trainyard.errors import UsageError

PAGE = 100
LIMIT = 65_536
"""Characters of a comment; GitHub answers 422 ("body is too long") to more."""


@dataclass(frozen=True)
class Comment:
    """One comment of a pull request's conversation."""

    id: int
    author: str
    body: str


@dataclass(frozen=True)
class Conversation:
    """The comments of a pull request; to GitHub's API they are those of an issue."""

    github: GitHub
    number: int

    def __iter__(self) -> Iterator[Comment]:
        """Yield all comments, oldest first, page after page."""
        page: str | None = f"/issues/{self.number}/comments?per_page={PAGE}"
        while page:
            answer = self.github.ask("GET", page)
            for one in answer.json():
                yield Comment(int(one["id"]), str((one.get("user") or {}).get("login", "")), str(one["body"] or ""))
            page = answer.links.get("next", {}).get("url")

    def create(self, body: str) -> str:
        """Write a comment and return its address.

        Raises:
            UsageError: it is too long.
        """
        return self._write("POST", f"/issues/{self.number}/comments", body)

    def update(self, comment: Comment, body: str) -> str:
        """Replace a comment's text and return its address.

        Raises:
            UsageError: it is too long.
        """
        return self._write("PATCH", f"/issues/comments/{comment.id}", body)

    def _write(self, method: str, path: str, body: str) -> str:
        if len(body) > LIMIT:
            raise UsageError(
                f"The comment has {len(body)} characters, and GitHub takes {LIMIT}",
                where=f"pull request {self.number} of {self.github.repository}",
                cure="Shorten it; the job's summary takes the whole text",
            )
        return str(self.github.ask(method, path, document={"body": body}).json()["html_url"])
