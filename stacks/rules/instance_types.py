"""Nothing runs on an instance type that the stack file does not approve: the type decides the bill."""

import re
from collections.abc import Iterator

from stacks.rules.context import Context
from stacks.rules.reading import leaves, shown, top
from stacks.rules.resource import UNKNOWN, Resource
from stacks.rules.rule import Broken, Rule, Undecided, Verdict, for_each

_NAMES_A_TYPE = re.compile(r"(?:^|[._])\w*[iI]nstance_?[tT]ypes?(?:\[\d+\])*$")
_MACHINES = (
    "aws:autoscaling/",
    "aws:ec2/instance:Instance",
    "aws:ec2/launchTemplate:",
    "aws:eks/nodeGroup:NodeGroup",
)
"""Types whose instance types lack SageMaker's prefix `ml.`; the machine behind is the same, and so is the approval."""
_PARAMETER = "aws:ssm/parameter:Parameter"
"""Jobs take their instance types from the outputs that are kept here."""


def _judge(resource: Resource, context: Context) -> Iterator[Verdict]:
    for path, value in leaves(resource.inputs):
        if value == UNKNOWN and (_NAMES_A_TYPE.search(path) or (resource.type, path) == (_PARAMETER, "value")):
            yield Undecided(resource, top(path))
        elif _NAMES_A_TYPE.search(path) and isinstance(value, str):
            yield from _approved(resource, path, value, context)


def _approved(resource: Resource, path: str, value: str, context: Context) -> Iterator[Verdict]:
    machine = f"ml.{value}" if resource.type.startswith(_MACHINES) else value
    if machine.startswith("ml.") and machine not in context.approved_instance_types:
        yield Broken(
            resource,
            f"{resource} runs on an instance type that is not approved: {path} is {shown(value)}.",
            f"Take one of {', '.join(context.approved_instance_types)}, or add {machine} to "
            f"trainyard:approved_instance_types in Pulumi.{context.environment}.yaml.",
        )


RULE = Rule(
    "approved-instance-types",
    "Endpoints, jobs, notebooks and nodes run only on the instance types of trainyard:approved_instance_types.",
    for_each(_judge),
)
