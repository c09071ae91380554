"""The one open pull request of a branch: opened, or brought up to date."""

from trainyard.ci.github import GitHub


def place(github: GitHub, branch: str, base: str, title: str, body: str) -> str:
    """Open a pull request of `branch` into `base`, or change the open one's words; return its address.

    Raises:
        TrainyardError: GitHub refuses, such as where Actions may not open pull requests.
    """
    owner = github.repository.partition("/")[0]
    words = {"title": title, "body": body}
    # docs.github.com/en/rest/pulls/pulls, "List pull requests": `head` is OWNER:BRANCH.
    there = github.ask("GET", f"/pulls?state=open&head={owner}:{branch}&base={base}").json()
    if there:
        return str(github.ask("PATCH", f"/pulls/{there[0]['number']}", document=words).json()["html_url"])
    made = github.ask("POST", "/pulls", document={**words, "head": branch, "base": base})
    return str(made.json()["html_url"])
