"""What the challenger itself was tried on by the image that made it: unit tests of its answers, and its server.

`tests.json`: `{"schema_version": 1, "tests": [{"kind": "unit", "name": …, "passed": …, "detail": …}]}`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

from trainyard.gate.check import Check
from trainyard.gate.reading import EvidenceError, listed, member

TestKind = Literal["unit", "integration"]


@dataclass(frozen=True, kw_only=True)
class ModelTest:
    """One test of the challenger."""

    kind: TestKind
    name: str
    passed: bool
    detail: str


def parse_tests(report: Mapping[str, Any]) -> tuple[ModelTest, ...]:
    """Read tests.json.

    Raises:
        EvidenceError: a test lacks something, or there is none of a kind: an empty list has tested nothing.
    """
    tests = tuple(_test(one) for one in listed(member(report, "tests", "tests.json"), "tests.json: tests"))
    for kind in get_args(TestKind):
        if not any(test.kind == kind for test in tests):
            raise EvidenceError(f"tests.json holds no {kind} test")
    return tests


def check_tests(kind: TestKind, tests: Sequence[ModelTest]) -> Check:
    """Return whether all tests of a kind passed; the first that failed is named."""
    ours = [test for test in tests if test.kind == kind]
    failed = [test for test in ours if not test.passed]
    detail = f"{len(ours)} {kind} tests of the model passed"
    if failed:
        detail = f"{len(failed)} of {len(ours)} {kind} tests of the model failed: {failed[0].name}: {failed[0].detail}"
    return Check(kind=kind, rule=f"{kind}-tests", passed=not failed, detail=detail)


def _test(value: Any) -> ModelTest:
    where = "tests.json: tests"
    kind, passed = member(value, "kind", where), member(value, "passed", where)
    if kind not in get_args(TestKind) or not isinstance(passed, bool):
        raise EvidenceError(f"{where}: {value!r} is no verdict of a unit or integration test")
    return ModelTest(
        kind=kind, name=str(member(value, "name", where)), passed=passed, detail=str(member(value, "detail", where))
    )
