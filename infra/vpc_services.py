"""Which VPC endpoints private subnets need, read off the IAM documents of what runs in them.

Pure. A dozen interface endpoints in three zones cost about 260 dollars a month, so the list is derived, never copied:
an action that no role has needs no endpoint, and one that a role gains brings its endpoint along.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from infra.iam_statements import Document

GATEWAYS = {"s3": "s3", "dynamodb": "dynamodb"}
"""Action prefix -> service reached through a route; these cost nothing."""

INTERFACES: dict[str, tuple[str, ...]] = {
    "application-autoscaling": ("application-autoscaling",),
    "cloudwatch": ("monitoring",),
    "ec2": (),  # SageMaker makes the network interfaces from outside
    "ecr": ("ecr.api", "ecr.dkr"),
    "events": ("events",),
    "firehose": ("kinesis-firehose",),
    "iam": (),  # PassRole is checked, not called
    "kms": ("kms",),
    "logs": ("logs",),
    "sagemaker": ("sagemaker.api", "sagemaker.runtime"),
    "secretsmanager": ("secretsmanager",),
    "sns": ("sns",),
    "ssm": ("ssm",),
    "sts": ("sts",),
}
"""Action prefix -> services reached through network interfaces, by their name after `com.amazonaws.<region>`."""


@dataclass(frozen=True)
class VpcServices:
    """The services to reach, each once, sorted."""

    gateways: tuple[str, ...]
    interfaces: tuple[str, ...]
    named: Mapping[str, str] = field(default_factory=dict[str, str])
    """What a service is for -> its full name, where no IAM action tells of it; reached through network interfaces."""


def called(documents: Iterable[Document]) -> VpcServices:
    """Return the services that the holders of `documents` call.

    Raises:
        ValueError: a document allows actions of a service that this module does not know the endpoint of.
    """
    prefixes = {
        action.partition(":")[0]
        for document in documents
        for statement in document["Statement"]
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }
    unknown = sorted(prefixes - GATEWAYS.keys() - INTERFACES.keys())
    if unknown:
        raise ValueError(f"infra/vpc_services.py knows no endpoint of {', '.join(unknown)}; add it there.")
    return VpcServices(
        gateways=tuple(sorted(GATEWAYS[prefix] for prefix in prefixes & GATEWAYS.keys())),
        interfaces=tuple(sorted(name for prefix in prefixes - GATEWAYS.keys() for name in INTERFACES[prefix])),
    )
