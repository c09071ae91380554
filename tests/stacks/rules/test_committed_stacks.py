"""Every committed stack file makes an environment that holds all rules."""

import json
from dataclasses import replace

import pytest

from stacks.rules import Context, check
from stacks.settings import parse
from tests.harness.judged import resources
from tests.harness.stack_files import STACKS, mapping
from tests.stacks.test_environments import committed, environment


def context(stack: str) -> Context:
    return Context.of(parse(mapping(stack), f"Pulumi.{stack}.yaml"), stack)


@pytest.mark.parametrize("stack", STACKS)
def test_a_committed_stack_holds_every_rule_and_leaves_none_unjudged(stack: str) -> None:
    findings = check(resources(committed(stack)), context(stack))
    assert [str(each) for each in findings.violations] == []
    assert findings.unjudged == ()


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"account": "444444444444"}, "no-cross-account-reference"),
        ({"region": "eu-west-2"}, "no-cross-account-reference"),
        ({"environment": "prod"}, "tagged"),
        ({"deletion_protection": True}, "protected"),
        ({"approved_instance_types": ["ml.m5.large"]}, "approved-instance-types"),
    ],
)
def test_what_the_stack_file_says_is_what_an_environment_is_judged_by(changed: dict[str, object], rule: str) -> None:
    findings = check(resources(committed("dev")), replace(context("dev"), **changed))
    assert rule in {each.rule for each in findings.violations}


def test_deletion_protection_asks_nothing_where_it_is_off() -> None:
    assert not mapping("dev")["deletion_protection"]
    unprotected = [each for each in resources(committed("dev")) if not each.protect]
    assert check(unprotected, context("dev")).violations == ()


def test_a_people_dial_cannot_smuggle_another_account_in_through_a_trust_policy() -> None:
    found = resources(committed("dev"))
    (role,) = [each for each in found if each.name == "roles-approval"]
    trust = json.loads(role.inputs["assumeRolePolicy"])
    trust["Statement"][0]["Principal"]["AWS"] = ["arn:aws:iam::444444444444:role/ann"]
    changed = replace(role, inputs={**role.inputs, "assumeRolePolicy": json.dumps(trust)})
    (violation,) = check([changed if each is role else each for each in found], context("dev")).violations
    assert violation.rule == "no-cross-account-reference"
    assert violation.urn == role.urn
    assert "assumeRolePolicy.Statement[0].Principal.AWS[0]" in violation.what


def test_email_subscriptions_and_a_second_model_hold_every_rule() -> None:
    entry = mapping("dev")["services"][0]
    deployment = environment(
        "dev", services=[entry, entry | {"name": "ranker"}], notifications={"emails": ["oncall@example.com"]}
    )
    assert check(resources(deployment), context("dev")).violations == ()
