from stacks.rules import RULES, Context, Resource, check

CONTEXT = Context(
    environment="dev",
    account="111111111111",
    region="eu-west-1",
    deletion_protection=False,
    approved_instance_types=["ml.m5.large"],
)


def topic(name: str) -> Resource:
    token = "aws:sns/topic:Topic"
    return Resource(urn=f"urn:pulumi:dev::trainyard::{token}::{name}", type=token, name=name, inputs={})


def test_findings_do_not_depend_on_the_order_in_which_a_program_registers() -> None:
    resources = [topic("a"), topic("b"), topic("c")]
    found = check(resources, CONTEXT)
    assert found.violations
    assert check(resources[::-1], CONTEXT) == found


def test_findings_follow_the_order_of_the_rules() -> None:
    places = [[rule.name for rule in RULES].index(each.rule) for each in check([topic("a")], CONTEXT).violations]
    assert len(set(places)) > 1
    assert places == sorted(places)
