import json
from pathlib import Path

import pytest

from trainyard.report.summary import fact, write


@pytest.mark.parametrize(
    ("found", "met"),
    [
        (fact("a", 0, equals=0), True),
        (fact("a", 1, equals=0), False),
        (fact("a", None, equals=True), False),
        (fact("a", 180.0, at_most=180), True),
        (fact("a", 180.1, at_most=180), False),
        (fact("a", None, at_most=180), False),
        (fact("a", 0.06, at_least=0.06), True),
        (fact("a", 0.05, at_least=0.06), False),
        (fact("a", None, at_least=0.06), False),
        (fact("a", 3), None),
    ],
)
def test_met_is_computed_from_the_value(found: object, met: bool | None):
    assert found.met is met  # type: ignore[attr-defined]


def test_the_summary_holds_facts_machine_and_versions(tmp_path: Path):
    path = write(tmp_path / "demo", [fact("resources", 64, "resources")], version_of=lambda name: "1.0")
    content = json.loads(path.read_text())
    assert content["facts"] == [{"name": "resources", "value": 64, "unit": "resources", "target": None, "met": None}]
    assert content["machine"]["cores"] > 0
    assert content["versions"]["pulumi"] == "1.0"
