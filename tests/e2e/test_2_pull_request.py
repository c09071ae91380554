"""The pull request's job, command for command, on five prepared changes: its comment equals the golden files.

A local HTTP server stands for GitHub; everything else is real. The story has been told in this environment, so a model
is live while the changes are previewed. To write the golden files anew: TRAINYARD_WRITE_GOLDEN=1.
"""

import copy
import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.ci.github_server import TOKEN, GitHub, serve

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

GOLDEN = Path(__file__).parent / "golden"

VARYING = [
    # what no two environments have in common, and what stands for it in the golden files
    (re.compile(r"`(vpc|subnet|rtb|sg|pl)-[0-9a-f]{17}`"), r"`\1-ID`"),  # AWS chooses them
    (re.compile(r"archive of \d+ files, sha256 [0-9a-f]{12}"), "archive of N files, sha256 HASH"),  # our own sources
]

Content = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One pull request: which file it changes, how, how its job ends, and what its first lines must say."""

    file: str
    edit: Callable[[str], str]
    code: int
    verdict: str


def dials(change: Callable[[Content], None]) -> Callable[[str], str]:
    """Return an edit of a stack file's configuration."""

    def edit(text: str) -> str:
        content = yaml.safe_load(text)
        change(content["config"])
        return yaml.safe_dump(content, sort_keys=False)

    return edit


def a_higher_maximum(config: Content) -> None:
    config["trainyard:services"][0]["serving"]["maximum_instances"] = 6


def another_network(config: Content) -> None:
    config["trainyard:network"]["cidr"] = "10.40.0.0/16"


def a_renamed_service(config: Content) -> None:
    config["trainyard:services"][0]["name"] = "recommendations"


def a_second_service(config: Content) -> None:
    second = copy.deepcopy(config["trainyard:services"][0])
    second["name"] = "search"
    config["trainyard:services"].append(second)


def a_public_bucket(text: str) -> str:
    there = "            block_public_acls=True,\n"
    assert text.count(there) == 1
    return text.replace(there, '            block_public_acls=name != "data-raw",\n')


CHANGES = {
    "1-a-higher-maximum": Change("Pulumi.dev.yaml", dials(a_higher_maximum), 0, "dev: Nothing is lost."),
    "2-another-network": Change("Pulumi.dev.yaml", dials(another_network), 0, "replacements: network-private-a"),
    "3-a-renamed-service": Change("Pulumi.dev.yaml", dials(a_renamed_service), 0, "data is lost in recommender-logs"),
    "4-a-second-service": Change("Pulumi.dev.yaml", dials(a_second_service), 0, "dev: Nothing is lost."),
    "5-a-public-bucket": Change("infra/bucket.py", a_public_bucket, 1, "rule violation. Nothing is lost."),
}

LOSES = {"2-another-network", "3-a-renamed-service"}
SECTIONS = ("### Rule violations", "### Replacements and deletions", "### Updates", "<summary><b>Creations")
"""In the order in which they matter to a reviewer."""


@contextmanager
def changed(path: Path, edit: Callable[[str], str]) -> Iterator[None]:
    """Change a file while the block runs."""
    before = path.read_text()
    try:
        path.write_text(edit(before))
        yield
    finally:
        path.write_text(before)


def job(house: Any, github: GitHub, folder: Path) -> dict[str, str]:
    """Return the variables of a job for pull request 7, as GitHub's runner sets them."""
    event = folder / "event.json"
    event.write_text(json.dumps({"pull_request": {"number": 7, "base": {"sha": "b" * 40}, "head": {"sha": "a" * 40}}}))
    return {
        "GITHUB_EVENT_PATH": str(event),
        "GITHUB_REPOSITORY": "shop/platform",
        "GITHUB_TOKEN": TOKEN,
        "GITHUB_API_URL": github.url,
        "GITHUB_STEP_SUMMARY": str(folder / "summary.md"),
    }


def normalised(text: str) -> str:
    for pattern, stand_in in VARYING:
        text = pattern.sub(stand_in, text)
    return text


@pytest.fixture(scope="module")
def github() -> Iterator[GitHub]:
    with serve() as running:
        yield running


@pytest.mark.parametrize("name", CHANGES)
def test_the_comment_of_a_change_is_the_golden_one(house: Any, github: GitHub, tmp_path: Path, name: str) -> None:
    change = CHANGES[name]
    with changed(house.path / change.file, change.edit):
        done = house.run("trainyard", "ci", "preview", "--stack", "dev", **job(house, github, tmp_path))
    assert done.returncode == change.code, done.stdout[-2000:] + done.stderr[-2000:]
    assert len(github.comments) == 1, "one comment an environment, whatever is pushed"
    (comment,) = github.bodies()
    assert (tmp_path / "summary.md").read_text() == comment + "\n"
    golden = GOLDEN / f"{name}.md"
    if os.environ.get("TRAINYARD_WRITE_GOLDEN") == "1":
        golden.write_text(normalised(comment))
    assert normalised(comment) == golden.read_text()


def test_a_change_that_cannot_be_previewed_says_so_in_the_place_of_an_older_report(
    house: Any, github: GitHub, tmp_path: Path
) -> None:
    def too_large(config: Content) -> None:
        config["trainyard:services"][0]["serving"]["instance_type"] = "ml.p5.48xlarge"

    with changed(house.path / "Pulumi.dev.yaml", dials(too_large)):
        done = house.run("trainyard", "ci", "preview", "--stack", "dev", **job(house, github, tmp_path))
    assert done.returncode == 2, done.stdout[-2000:] + done.stderr[-2000:]
    (comment,) = github.bodies()
    assert comment.splitlines()[1] == "## dev: the preview failed (exit code 2)"
    assert "ml.p5.48xlarge" in comment
    assert str(house.path) not in comment


@pytest.mark.parametrize("name", CHANGES)
def test_a_reviewer_reads_at_once_whether_anything_is_lost(name: str) -> None:
    text = (GOLDEN / f"{name}.md").read_text()
    first, verdict, *_ = text.splitlines()
    assert first == "<!-- trainyard-preview:dev -->"
    assert verdict.startswith("## ")
    assert CHANGES[name].verdict in verdict
    assert ("Nothing is lost" not in verdict) == (name in LOSES)
    assert (SECTIONS[1] in text) == (name in LOSES)
    places = [text.index(section) for section in SECTIONS if section in text]
    assert places == sorted(places)


def test_golden_customers_accept_what_is_live(house: Any, tmp_path: Path) -> None:
    done = house.run("trainyard", "acceptance", "recommender", "--json")
    assert done.returncode == 0, done.stderr
    (service,) = json.loads(done.stdout)["services"]
    live = json.loads(house.run("trainyard", "status", "--json").stdout)["services"]["recommender"]["live_version"]
    assert (service["version"], service["passed"], len(service["answers"])) == (str(live), True, 6)

    suite = json.loads((house.path / "src" / "recommender" / "golden_requests.json").read_text())
    suite["requests"][0]["expect"]["customers"] = 2
    (tmp_path / "golden.json").write_text(json.dumps(suite))
    refused = house.run("trainyard", "acceptance", "recommender", "--golden", str(tmp_path / "golden.json"))
    assert refused.returncode == 1
    assert "one customer: recommendations should list 2 customers" in " ".join(refused.stderr.split())
