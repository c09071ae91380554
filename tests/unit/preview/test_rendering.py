import json
import re
from html.parser import HTMLParser

import pytest
from markdown_it import MarkdownIt

from tests.unit.preview import nasty
from tests.unit.preview.nasty import CASES, INJECTED
from tests.unit.preview.plans import document, state, step, told, urn
from trainyard.preview import Format, render
from trainyard.preview.rendering import markdown

GITHUB = MarkdownIt("commonmark", {"html": True}).enable("table")
OURS = re.compile(r"<!-- trainyard-preview:dev -->|<details><summary><b>[\w ()]+</b></summary>|</details>")


def pieces(text: str) -> list[str]:
    """Return what Markdown takes for HTML, pictures or links."""
    flat = [inner for token in GITHUB.parse(text) for inner in (token, *(token.children or ()))]
    return [
        token.content or token.type
        for token in flat
        if token.type in ("html_block", "html_inline", "image", "link_open")
    ]


@pytest.mark.parametrize("case", CASES)
def test_markdown_holds_no_html_but_our_own(case: str) -> None:
    for piece in pieces(render(told(CASES[case]()), Format.MARKDOWN)):
        assert not OURS.sub("", piece).strip()


def test_an_injected_value_reads_as_itself_in_markdown() -> None:
    page = GITHUB.render(render(told(nasty.injection()), Format.MARKDOWN))
    assert "<script>" not in page
    assert page.count("<h1>") == 0
    assert "@everyone" not in re.sub(r"<code>.*?</code>", "", page)


def test_a_code_span_holds_any_run_of_back_ticks() -> None:
    for value in ("a", "`", "``` x ```", " ", "a`b``c", ""):
        (paragraph,) = [token for token in GITHUB.parse(f"x {markdown.code(value)} y") if token.type == "inline"]
        (span,) = [token for token in paragraph.children or () if token.type == "code_inline"]
        assert span.content.strip() == value.strip()


@pytest.mark.parametrize("text", ["<b>", "a | b", "`x`", "# x", "- x", "1. x", "[x](y)", "*x*", "\\", "&amp;", "$x$"])
def test_text_reads_as_itself_in_markdown(text: str) -> None:
    page = GITHUB.render(markdown.text(text))
    assert page == f"<p>{text.replace('&', '&amp;').replace('<', '&lt;').replace('>', '&gt;')}</p>\n"


class Page(HTMLParser):
    """Collects tags, and attributes that would ask somebody for something."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.asked += [name for name, _ in attrs if name in ("src", "href", "action", "onerror", "onload", "srcset")]


@pytest.mark.parametrize("case", CASES)
def test_a_page_asks_nobody_for_anything(case: str) -> None:
    text = render(told(CASES[case]()), Format.HTML)
    page = Page()
    page.feed(text)
    assert page.asked == []
    assert page.tags.isdisjoint({"script", "img", "link", "iframe", "object"})
    assert "url(" not in text
    assert "@import" not in text
    assert "prefers-color-scheme: dark" in text


def test_json_is_one_document_of_the_schema_that_its_module_describes() -> None:
    from trainyard.preview.rendering import document as described

    content = json.loads(render(told(nasty.hidden_replacement()), Format.JSON))
    assert content["schema_version"] == 1
    assert content["losses"][0]["forced_by"] == [{"path": "hashKey", "old": "id", "new": "order"}]
    assert set(re.findall(r"^(\w+)  +\S", described.__doc__ or "", re.MULTILINE)) == set(content)


def huge(number: int, length: int) -> dict[str, object]:
    """Return as many deletions, updates and creations, with long names and values."""
    steps = []
    for index in range(number):
        name = f"{index:05d}-" + "é" * length
        table, bucket, topic = (
            urn(f"aws:{kind}", name) for kind in ("dynamodb/table:Table", "s3/bucket:Bucket", "sns/topic:Topic")
        )
        steps.append(step("delete", state(table, {}, id=name)))
        steps.append(
            step("update", *(state(bucket, {f"tag{key}": text * 50 for key in range(20)}) for text in ("a", "b")))
        )
        steps.append(step("create", None, state(topic, {})))
    return document(*steps)


@pytest.mark.parametrize(("number", "length"), [(1, 1), (70, 20), (300, 60), (600, 10), (40, 5000)])
def test_a_comment_is_never_longer_than_github_takes(number: int, length: int) -> None:
    text = render(told(huge(number, length)), Format.MARKDOWN)
    assert len(text.encode()) < 65_000
    assert text.startswith("<!-- trainyard-preview:dev -->\n## 🛑 dev: ")
    assert text.count("<details>") == text.count("</details>")


def test_what_a_comment_leaves_out_is_counted_and_deletions_stay_longest() -> None:
    text = render(told(huge(150, 20)), Format.MARKDOWN)
    assert text.count("- **delete**") == 150
    shown = text.count("- **update**")
    assert shown < 150
    assert f"- … and {150 - shown} more" in text


def test_the_first_line_is_the_marker_that_a_comment_is_found_by() -> None:
    assert render(told(nasty.nothing()), Format.MARKDOWN).splitlines()[0] == "<!-- trainyard-preview:dev -->"


def test_a_table_is_plain_text_of_one_width() -> None:
    text = render(told(nasty.injection()), Format.TABLE)
    assert "\x1b" not in text
    assert max(map(len, text.splitlines())) <= 120
    assert INJECTED not in text
