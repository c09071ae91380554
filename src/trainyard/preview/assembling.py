"""A whole preview: the engine's document, judged and priced."""

from collections.abc import Mapping, Sequence
from typing import Any

from stacks.rules import RULES, Context, check
from stacks.settings import Settings
from trainyard import cost
from trainyard.preview.reading import read_plan
from trainyard.preview.report import Report, report


def assemble(document: Mapping[str, Any], settings: Settings, environment: str, roots: Sequence[str] = ()) -> Report:
    """Return the report of what the engine wrote. Pure.

    Args:
        document: of `pulumi preview --json --show-sames`.
        settings: what the environment's stack file says.
        environment: whose preview it is.
        roots: folders of this machine whose paths nobody should read.
    """
    plan = read_plan(document, roots)
    prices = cost.load()
    before, after = (cost.estimate(each, prices, settings.region) for each in (plan.before, plan.after))
    return report(
        plan,
        check(plan.after, Context.of(settings, environment)),
        cost.compare(before, after, prices, settings.region),
        environment,
        len(RULES),
    )
