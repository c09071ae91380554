"""Every rule refuses a program that breaks it, in words that name resource, property, value and cure."""

import json
from collections.abc import Sequence
from dataclasses import replace

import pulumi
import pulumi_aws as aws
import pytest

from infra.resource_policies import repository_policy
from stacks.rules import RULES, Context, Violation, check
from tests.harness import deploy
from tests.harness.judged import resources
from tests.stacks.rules import sound
from tests.stacks.rules.breaking import access, naming, running, stores
from tests.stacks.rules.breaking.case import Case

CASES = [*stores.CASES, *access.CASES, *running.CASES, *naming.CASES]


def refused(program: sound.Program, context: Context = sound.CONTEXT) -> Sequence[Violation]:
    return check(resources(deploy(sound.with_provider(program))), context).violations


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.resource}")
def test_a_program_that_breaks_a_rule_is_refused_with_resource_rule_and_cure(case: Case) -> None:
    assert [(each.rule, each.name, each.what, each.cure) for each in refused(case.breaks)] == [
        (case.rule, case.resource, case.what, case.cure)
    ]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.rule}-{case.resource}")
def test_the_same_program_without_the_fault_passes_every_rule(case: Case) -> None:
    assert list(refused(case.holds)) == []


def lending(opts: pulumi.ResourceOptions) -> None:
    policy = json.dumps(repository_policy([sound.OTHER]))
    aws.ecr.RepositoryPolicy("lent", repository="shop", policy=policy, opts=opts)


def borrowing(opts: pulumi.ResourceOptions) -> None:
    sound.grant(opts, Resource=[f"arn:aws:ecr:{sound.REGION}:{sound.OTHER}:repository/shop"])


def trusting(opts: pulumi.ResourceOptions) -> None:
    sound.role(opts, trust={"Effect": "Allow", "Principal": {"AWS": sound.OTHER}, "Action": "sts:AssumeRole"})


def reading(opts: pulumi.ResourceOptions) -> None:
    sound.grant(opts, Resource=[f"arn:aws:dynamodb:{sound.REGION}:{sound.OTHER}:table/t"])


@pytest.mark.parametrize("program", [lending, borrowing])
def test_images_are_shared_with_the_accounts_that_the_stack_file_names_for_it(program: sound.Program) -> None:
    assert {each.rule for each in refused(program)} == {"no-cross-account-reference"}
    assert list(refused(program, replace(sound.CONTEXT, image_accounts=[sound.OTHER]))) == []


@pytest.mark.parametrize("program", [trusting, reading])
def test_whoever_shares_images_shares_nothing_else(program: sound.Program) -> None:
    sharing = replace(sound.CONTEXT, image_accounts=[sound.OTHER])
    assert {each.rule for each in refused(program, sharing)} == {"no-cross-account-reference"}


def test_every_rule_has_a_program_that_breaks_it() -> None:
    assert {each.name for each in RULES} == {case.rule for case in CASES}


def test_every_rule_says_in_a_sentence_what_holds() -> None:
    assert len({each.name for each in RULES}) == len(RULES)
    assert all(each.description.endswith(".") and each.description[0].isupper() for each in RULES)
