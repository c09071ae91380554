import pytest

from stacks.rules import Findings, Unjudged, Violation
from tests.unit.preview.golden_file import same_as_golden
from tests.unit.preview.nasty import CASES, INJECTED
from tests.unit.preview.plans import told, urn
from trainyard.preview import Format, render

ENDINGS = {Format.TABLE: "txt", Format.MARKDOWN: "md", Format.JSON: "json"}


LONG = ("two_hundred", "network")
"""Cases whose JSON is long and says what the others say."""
SHAPES = [(case, format) for case in CASES for format in ENDINGS if not (case in LONG and format is Format.JSON)]


@pytest.mark.parametrize(("case", "format"), SHAPES)
def test_a_report_reads_as_it_was_approved(case: str, format: Format) -> None:
    assert same_as_golden(f"{case}.{ENDINGS[format]}", render(told(CASES[case]()), format))


@pytest.mark.parametrize("case", ["replaced", "injection"])
def test_a_page_reads_as_it_was_approved(case: str) -> None:
    assert same_as_golden(f"{case}.html", render(told(CASES[case]()), Format.HTML))


@pytest.mark.parametrize("format", ENDINGS)
def test_rule_violations_read_as_they_were_approved(format: Format) -> None:
    bucket = urn("aws:s3/bucket:Bucket", "raw")
    found = Findings(
        tuple(
            Violation("encrypted", bucket, "aws:s3/bucket:Bucket", "raw", f"Bucket 'raw' lacks {what}.", "Encrypt it.")
            for what in ("a key", INJECTED)
        ),
        (Unjudged("encrypted", bucket, "kmsKeyId"), Unjudged("encrypted", bucket, "kmsKeyId")),
    )
    assert same_as_golden(f"violations.{ENDINGS[format]}", render(told(CASES["nothing"](), findings=found), format))
