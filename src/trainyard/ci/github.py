"""The comments of a pull request, through GitHub's REST API.

The token comes from GITHUB_TOKEN and from nowhere else, and never appears in a message.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import httpx

from trainyard.errors import TrainyardError, UsageError

API = "https://api.github.com"
VERSION = "2022-11-28"
PAGE = 100
TIMEOUT_SECONDS = 30.0
LIMIT = 65_536
"""Characters of a comment; GitHub answers 422 ("body is too long") to more."""


@dataclass(frozen=True)
class PullRequest:
    """The pull request that a job runs for."""

    repository: str
    """OWNER/NAME."""
    number: int


@dataclass(frozen=True)
class Comment:
    """One comment of a pull request's conversation."""

    id: int
    author: str
    body: str


class Comments:
    """The comments of one pull request."""

    def __init__(self, of: PullRequest, environ: Mapping[str, str]) -> None:
        """Take the token and the API's address from a runner's variables.

        Raises:
            UsageError: there is no token, or the repository is not OWNER/NAME.
        """
        token = environ.get("GITHUB_TOKEN")
        if not token:
            raise UsageError(
                "There is no token to write the comment with",
                where="GITHUB_TOKEN",
                cure="Set it; in a workflow: `env: GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}` on the step",
            )
        if len(of.repository.split("/")) != 2 or not all(of.repository.split("/")):
            raise UsageError(f"{of.repository!r} is no repository", where="--repository", cure="Write OWNER/NAME")
        self._of = of
        self._client = httpx.Client(
            base_url=environ.get("GITHUB_API_URL") or API,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": VERSION,
            },
            timeout=TIMEOUT_SECONDS,
        )

    def __iter__(self) -> Iterator[Comment]:
        """Yield all comments, oldest first, page after page."""
        page: str | None = f"/repos/{self._of.repository}/issues/{self._of.number}/comments?per_page={PAGE}"
        while page:
            answer = self._ask("GET", page)
            for one in answer.json():
                yield Comment(int(one["id"]), str((one.get("user") or {}).get("login", "")), str(one["body"] or ""))
            page = answer.links.get("next", {}).get("url")

    def create(self, body: str) -> str:
        """Write a comment and return its address."""
        path = f"/repos/{self._of.repository}/issues/{self._of.number}/comments"
        return str(self._ask("POST", path, body).json()["html_url"])

    def update(self, comment: Comment, body: str) -> str:
        """Replace a comment's text and return its address."""
        path = f"/repos/{self._of.repository}/issues/comments/{comment.id}"
        return str(self._ask("PATCH", path, body).json()["html_url"])

    def _ask(self, method: str, path: str, body: str | None = None) -> httpx.Response:
        if body is not None and len(body) > LIMIT:
            raise UsageError(
                f"The comment has {len(body)} characters, and GitHub takes {LIMIT}",
                where=f"pull request {self._of.number} of {self._of.repository}",
                cure="Shorten it; the job's summary takes the whole text",
            )
        try:
            answer = self._client.request(method, path, json=None if body is None else {"body": body})
        except httpx.HTTPError as error:
            raise TrainyardError(
                f"GitHub could not be asked: {error}", where=str(self._client.base_url), cure="Run the job again"
            ) from error
        if answer.is_error:
            raise _refused(answer, self._of)
        return answer


_CURES = {
    401: "The token is not valid any more: run the job again",
    403: "Give the job `permissions: pull-requests: write`; a token of a fork's pull request may never write",
    404: "See that the repository and the number are right, and that the token may read them",
    422: "See what it says of the text",
}


def _refused(answer: httpx.Response, of: PullRequest) -> TrainyardError:
    try:
        reason = str(answer.json()["message"])
    except (ValueError, KeyError, TypeError):
        reason = answer.reason_phrase
    return TrainyardError(
        f"GitHub answered {answer.status_code} to {answer.request.method} {answer.request.url.path}: {reason}",
        where=f"pull request {of.number} of {of.repository}",
        cure=_CURES.get(answer.status_code, "Run the job again; if it stays so, see GitHub's status page"),
    )
