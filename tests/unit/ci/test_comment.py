import pytest

from tests.unit.ci.github_server import GitHub
from trainyard.ci.comment import CUT, fit, marker, place, untouched, withdraw
from trainyard.ci.conversation import LIMIT, Conversation
from trainyard.ci.github import GitHub as Client
from trainyard.errors import TrainyardError, UsageError

REPORT = f"{marker('dev')}\n## dev: 2 to update\n"


def comments(github: GitHub, number: int = 7, **environ: str) -> Conversation:
    return Conversation(Client("shop/platform", github.environ(**environ)), number)


def test_the_first_preview_is_written_and_every_later_one_replaces_it(github: GitHub) -> None:
    github.add("Looks good", author="a-reviewer")
    assert place(comments(github), "dev", REPORT) == "https://x/2"
    place(comments(github), "dev", REPORT + "and one to create\n")
    assert github.bodies() == ["Looks good", REPORT + "and one to create\n"]


def test_each_environment_has_a_comment_of_its_own(github: GitHub) -> None:
    place(comments(github), "dev", REPORT)
    place(comments(github), "staging", REPORT.replace("dev", "staging"))
    place(comments(github), "dev", REPORT + "again\n")
    assert [body.partition("\n")[0] for body in github.bodies()] == [marker("dev"), marker("staging")]


def test_the_comment_is_found_on_a_later_page(github: GitHub) -> None:
    for number in range(250):
        github.add(f"remark {number}", author="a-reviewer")
    github.add(REPORT)
    place(comments(github), "dev", REPORT + "again\n")
    assert len(github.comments) == 251
    assert github.bodies()[-1] == REPORT + "again\n"
    assert len([line for line in github.asked if line.startswith("GET")]) == 3


def test_a_comment_of_somebody_else_is_left_alone_whatever_it_begins_with(github: GitHub) -> None:
    github.add(REPORT + "forged\n", author="a-stranger")
    place(comments(github), "dev", REPORT)
    assert github.bodies() == [REPORT + "forged\n", REPORT]


def test_an_environment_that_is_not_touched_any_more_says_so_once(github: GitHub) -> None:
    github.add(REPORT)
    assert withdraw(comments(github), ["dev", "staging"], "0123456789abcdef") == ["dev"]
    assert github.bodies() == [untouched("dev", "0123456789abcdef")]
    assert "does not touch dev any more as of 0123456789." in github.bodies()[0]
    assert withdraw(comments(github), ["dev", "staging"], "0123456789abcdef") == []


def test_a_touched_environment_s_comment_comes_back_in_the_same_place(github: GitHub) -> None:
    github.add(REPORT)
    withdraw(comments(github), ["dev"], "0123456789abcdef")
    place(comments(github), "dev", REPORT)
    assert github.bodies() == [REPORT]


def test_a_text_without_the_marker_is_refused_before_anything_is_asked(github: GitHub) -> None:
    with pytest.raises(UsageError, match=r"does not begin with the marker of environment 'dev'.*trainyard-preview:dev"):
        place(comments(github), "dev", REPORT.replace("dev", "prod"))
    assert github.asked == []


def test_without_a_token_nothing_is_asked(github: GitHub) -> None:
    with pytest.raises(UsageError, match=r"no token.*GITHUB_TOKEN"):
        comments(github, GITHUB_TOKEN="")


def test_a_token_without_the_right_is_told_which_right_is_missing(github: GitHub) -> None:
    github.may_write = False
    with pytest.raises(TrainyardError, match=r"403 to POST .*not accessible by integration.*`permissions:`"):
        place(comments(github), "dev", REPORT)


def test_an_unknown_pull_request_is_named(github: GitHub) -> None:
    with pytest.raises(
        TrainyardError, match=r"404 to GET /repos/shop/platform/issues/8/comments: .*Where: repository shop/platform"
    ):
        place(comments(github, 8), "dev", REPORT)


def test_a_refused_token_never_appears_in_the_message(github: GitHub) -> None:
    with pytest.raises(TrainyardError, match="401") as raised:
        place(comments(github, GITHUB_TOKEN="a-wrong-token"), "dev", REPORT)
    assert "a-wrong-token" not in str(raised.value)


def test_a_server_that_does_not_answer_is_named() -> None:
    client = Client("shop/platform", {"GITHUB_TOKEN": "t", "GITHUB_API_URL": "http://127.0.0.1:9"})
    with pytest.raises(TrainyardError, match=r"GitHub could not be asked.*127\.0\.0\.1:9"):
        place(Conversation(client, 7), "dev", REPORT)


@pytest.mark.parametrize("repository", ["platform", "shop/platform/x", "/platform"])
def test_a_repository_is_owner_and_name(repository: str) -> None:
    with pytest.raises(UsageError, match="Write OWNER/NAME"):
        Client(repository, {"GITHUB_TOKEN": "t"})


def test_a_text_that_is_too_long_is_refused_in_words(github: GitHub) -> None:
    with pytest.raises(UsageError, match=rf"has {LIMIT + 1} characters, and GitHub takes {LIMIT}"):
        comments(github).create("x" * (LIMIT + 1))


def test_a_long_report_is_cut_at_the_end_of_a_line_and_says_so_at_its_top(github: GitHub) -> None:
    lines = "".join(f"- change {number}\n" for number in range(8000))
    place(comments(github), "dev", REPORT + "<details>\n\n```diff\n" + lines)
    body = github.bodies()[0]
    assert len(body) <= LIMIT
    assert body.startswith(f"{marker('dev')}\n{CUT}\n")
    assert body.index("## dev") < body.index("- change 0\n")
    assert body.endswith("```\n</details>\n")


def test_a_report_that_fits_is_left_as_it_is() -> None:
    assert fit(REPORT) == REPORT
