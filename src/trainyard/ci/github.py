"""GitHub's REST API, with the token from GITHUB_TOKEN and from nowhere else; the token is in no message."""

from collections.abc import Mapping
from typing import Any

import httpx

from trainyard.errors import TrainyardError, UsageError

API = "https://api.github.com"
VERSION = "2022-11-28"
TIMEOUT_SECONDS = 30.0

_CURES = {
    401: "The token is not valid any more: run the job again",
    403: "Give the job the right to do this (`permissions:`); the token of a fork's pull request may never write",
    404: "See that the repository and the number are right, and that the token may read them",
    422: "See what it says of the text",
}


class GitHub:
    """One repository, as the token's owner."""

    def __init__(self, repository: str, environ: Mapping[str, str]) -> None:
        """Take the token and the API's address from a runner's variables.

        Raises:
            UsageError: there is no token, or the repository is not OWNER/NAME.
        """
        token = environ.get("GITHUB_TOKEN")
        if not token:
            raise UsageError(
                "There is no token to ask GitHub with",
                where="GITHUB_TOKEN",
                cure="Set it; in a workflow: `env: GITHUB_TOKEN: ${{ secrets.GITHUB_TOKEN }}` on the step",
            )
        if len(repository.split("/")) != 2 or not all(repository.split("/")):
            raise UsageError(f"{repository!r} is no repository", where="--repository", cure="Write OWNER/NAME")
        self.repository = repository
        self._client = httpx.Client(
            base_url=environ.get("GITHUB_API_URL") or API,
            headers={
                "Authorization": f"Bearer {token}",
                "Accept": "application/vnd.github+json",
                "X-GitHub-Api-Version": VERSION,
            },
            timeout=TIMEOUT_SECONDS,
        )

    def ask(self, method: str, path: str, *, document: Mapping[str, Any] | None = None) -> httpx.Response:
        """Return the answer to one request.

        Args:
            method: of HTTP.
            path: below the repository, or a whole address that GitHub gave.
            document: what is sent, as JSON.

        Raises:
            TrainyardError: GitHub cannot be reached, or refuses.
        """
        address = path if path.startswith("http") else f"/repos/{self.repository}{path}"
        try:
            answer = self._client.request(method, address, json=document)
        except httpx.HTTPError as error:
            raise TrainyardError(
                f"GitHub could not be asked: {error}", where=str(self._client.base_url), cure="Run the job again"
            ) from error
        if answer.is_error:
            raise self._refused(answer)
        return answer

    def newest_commit(self, branch: str) -> str:
        """Return the newest commit of a branch."""
        document: dict[str, Any] = self.ask("GET", f"/branches/{branch}").json()
        return str(document["commit"]["sha"])

    def _refused(self, answer: httpx.Response) -> TrainyardError:
        try:
            reason = str(answer.json()["message"])
        except (ValueError, KeyError, TypeError):
            reason = answer.reason_phrase
        request = answer.request
        return TrainyardError(
            f"GitHub answered {answer.status_code} to {request.method} {request.url.path}: {reason}",
            where=f"repository {self.repository}",
            cure=_CURES.get(answer.status_code, "Run the job again; if it stays so, see GitHub's status page"),
        )
