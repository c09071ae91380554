"""The branch of pointers in a real repository with a real remote."""

import base64
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.unit.ci.github_server import GitHub
from trainyard.ci import pull_request
from trainyard.ci.github import GitHub as Client
from trainyard.ci.pointer_branch import ADDRESS, BOT, PointerBranch, credentials
from trainyard.errors import TrainyardError

POINTER = "data/recommender/orders.dvc"


@dataclass(frozen=True)
class Checkout:
    """A clone, and the bare repository that it is of."""

    root: Path
    origin: Path

    def git(self, *arguments: str) -> str:
        who = ("-c", "user.name=ada", "-c", "user.email=ada@example.com", "-c", "commit.gpgsign=false")
        command = ("git", "-C", self.root, *who, *arguments)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    def write(self, path: str, text: str) -> None:
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text)

    def branch(self) -> PointerBranch:
        return PointerBranch(root=self.root, name="data/dev", environ={})

    def proposed(self, *asked: str) -> str:
        """Ask git about the branch as the remote has it."""
        command = ("git", "-C", self.origin, *asked)
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    origin = tmp_path / "origin.git"
    subprocess.run(("git", "init", "--quiet", "--bare", "--initial-branch=main", origin), check=True)
    subprocess.run(("git", "clone", "--quiet", origin, tmp_path / "clone"), check=True, capture_output=True)
    made = Checkout(tmp_path / "clone", origin)
    made.git("switch", "--quiet", "-C", "main")
    made.write("README.md", "a project")
    made.git("add", ".")
    made.git("commit", "--quiet", "-m", "Begin")
    made.git("push", "--quiet", "origin", "main")
    made.write(POINTER, "version: 1")
    made.write("data/recommender/.gitignore", "/orders")
    made.write(".dvc/config", "")
    return made


def test_only_pointers_and_what_dvc_needs_are_committed_on_top_of_the_checkout(checkout: Checkout) -> None:
    checkout.write("secret.txt", "of the runner")
    checkout.write(".dvc/config.local", "of the runner")
    checkout.write("README.md", "changed by accident")
    assert checkout.branch().propose(["recommender"], "Data of dev: recommender 1\n\ntold\n")
    assert checkout.proposed("diff", "--name-only", "main", "data/dev").split() == [
        ".dvc/config",
        "data/recommender/.gitignore",
        POINTER,
    ]
    assert checkout.proposed("log", "-1", "--format=%an <%ae>|%s", "data/dev") == (
        f"{BOT} <{ADDRESS}>|Data of dev: recommender 1"
    )
    assert checkout.proposed("rev-parse", "data/dev^") == checkout.proposed("rev-parse", "main")


def test_the_checkout_keeps_its_branch_and_its_index(checkout: Checkout) -> None:
    before = checkout.git("status", "--porcelain=v2", "--branch")
    checkout.branch().propose(["recommender"], "Data")
    assert checkout.git("status", "--porcelain=v2", "--branch") == before


def test_the_same_pointers_are_pushed_once_and_newer_ones_take_their_place(checkout: Checkout) -> None:
    assert checkout.branch().propose(["recommender"], "Data 1")
    first = checkout.proposed("rev-parse", "data/dev")
    assert not checkout.branch().propose(["recommender"], "Data 1 again")
    assert checkout.proposed("rev-parse", "data/dev") == first
    checkout.write(POINTER, "version: 2")
    assert checkout.branch().propose(["recommender"], "Data 2")
    assert checkout.proposed("show", f"data/dev:{POINTER}") == "version: 2"
    assert checkout.proposed("rev-list", "--count", "main..data/dev") == "1"
    assert checkout.proposed("show", "main:README.md") == "a project"


def test_what_another_run_pushed_in_the_meantime_is_not_taken_away(
    checkout: Checkout, monkeypatch: pytest.MonkeyPatch
) -> None:
    checkout.branch().propose(["recommender"], "Data 1")
    checkout.write(POINTER, "version: 2")
    seen = checkout.git("rev-parse", "main")
    monkeypatch.setattr(PointerBranch, "_remote", lambda _: seen)
    with pytest.raises(TrainyardError, match=r"git push failed: .*") as refused:
        checkout.branch().propose(["recommender"], "Data 2")
    assert "contents: write" in refused.value.cure
    assert checkout.proposed("show", f"data/dev:{POINTER}") == "version: 1"


def test_the_last_pointer_is_the_one_that_the_checkouts_commit_has(checkout: Checkout) -> None:
    assert checkout.branch().text_at_head(POINTER) is None
    checkout.git("add", ".")
    checkout.git("commit", "--quiet", "-m", "Data")
    checkout.write(POINTER, "version: 2")
    assert checkout.branch().text_at_head(POINTER) == "version: 1"


def test_the_token_reaches_git_through_variables_for_one_server_only() -> None:
    given = credentials({"GITHUB_TOKEN": "t", "GITHUB_SERVER_URL": "https://git.example"})
    assert given["GIT_CONFIG_KEY_0"] == "http.https://git.example/.extraheader"
    scheme, _, encoded = given["GIT_CONFIG_VALUE_0"].rpartition(" ")
    assert (scheme, base64.b64decode(encoded)) == ("AUTHORIZATION: basic", b"x-access-token:t")
    assert credentials({}) == {}


def test_one_pull_request_a_branch_is_opened_and_then_kept_up_to_date(github: GitHub) -> None:
    client = Client("shop/platform", github.environ())
    assert pull_request.place(client, "data/dev", "main", "Data 1", "one") == "p/1"
    assert pull_request.place(client, "data/dev", "main", "Data 2", "two") == "p/1"
    assert [(one["title"], one["body"], one["head"], one["base"]) for one in github.pulls] == [
        ("Data 2", "two", "data/dev", "main")
    ]
    github.pulls[0]["state"] = "closed"
    assert pull_request.place(client, "data/dev", "main", "Data 3", "three") == "p/2"
    assert pull_request.place(client, "data/staging", "main", "Data 1", "one") == "p/3"


def test_a_job_that_may_open_no_pull_request_says_what_it_lacks(github: GitHub) -> None:
    github.may_write = False
    with pytest.raises(TrainyardError, match="GitHub answered 403 to POST /repos/shop/platform/pulls"):
        pull_request.place(Client("shop/platform", github.environ()), "data/dev", "main", "Data", "text")
