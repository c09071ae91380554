"""Every rule refuses a program that breaks it, in words that name resource, property, value and cure."""

from collections.abc import Sequence

import pytest

from stacks.rules import RULES, Violation, check
from tests.harness import deploy
from tests.harness.judged import resources
from tests.stacks.rules import sound
from tests.stacks.rules.breaking import access, naming, running, stores
from tests.stacks.rules.breaking.case import Case

CASES = [*stores.CASES, *access.CASES, *running.CASES, *naming.CASES]


def refused(program: sound.Program) -> Sequence[Violation]:
    return check(resources(deploy(sound.with_provider(program))), sound.CONTEXT).violations


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.resource}")
def test_a_program_that_breaks_a_rule_is_refused_with_resource_rule_and_cure(case: Case) -> None:
    assert [(each.rule, each.name, each.what, each.cure) for each in refused(case.breaks)] == [
        (case.rule, case.resource, case.what, case.cure)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.resource}")
def test_the_same_program_without_the_fault_passes_every_rule(case: Case) -> None:
    assert list(refused(case.holds)) == []


def test_every_rule_has_a_program_that_breaks_it() -> None:
    assert {each.name for each in RULES} == {case.rule for case in CASES}


def test_every_rule_says_in_a_sentence_what_holds() -> None:
    assert len({each.name for each in RULES}) == len(RULES)
    assert all(each.description.endswith(".") and each.description[0].isupper() for each in RULES)
