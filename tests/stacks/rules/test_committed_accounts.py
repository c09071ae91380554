"""What the bootstrap project prepares in each account holds the same rules as the environment in it."""

import pytest

from stacks.bootstrap.program import run
from stacks.rules import Context, check
from tests.harness import deploy
from tests.harness.bootstrap_files import mapping, pulumi_config
from tests.harness.judged import resources
from tests.harness.stack_files import STACKS


@pytest.mark.parametrize("stack", STACKS)
def test_a_prepared_account_holds_every_rule(stack: str) -> None:
    tree = mapping(stack) | {"github": {"repository": "octo-org@1/octo-repo@2"}}
    deployment = deploy(run, stack=stack, account=tree["account"], config=pulumi_config(tree))
    context = Context(
        environment=stack,
        account=tree["account"],
        region=tree["region"],
        deletion_protection=True,
        approved_instance_types=[],
    )
    findings = check(resources(deployment), context)
    assert [each.what for each in findings.violations] == []
    assert findings.unjudged == ()
