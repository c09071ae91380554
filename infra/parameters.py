"""What the environment tells everyone else. Owns one SSM parameter for each document; their schema is `stacks.outputs`.

Plain `String`, not `SecureString`: names and ARNs are no secrets, and every reader would need the key.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

STANDARD_TIER_BYTES = 4096


@dataclass(frozen=True, kw_only=True)
class ParametersArgs:
    """What `Parameters` needs."""

    documents: Mapping[str, tuple[str, pulumi.Input[str]]]
    """By logical role: the parameter's name and its JSON."""


class Parameters(pulumi.ComponentResource):
    """JSON documents under fixed names."""

    names: list[str]

    def __init__(self, name: str, args: ParametersArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:Parameters", name, None, opts)
        self.names = []
        for role, (parameter, document) in args.documents.items():
            aws.ssm.Parameter(
                f"{name}-{role}",
                name=parameter,
                type="String",
                tier="Standard",
                value=pulumi.Output.from_input(document).apply(within_standard_tier),
                opts=pulumi.ResourceOptions(parent=self),
            )
            self.names.append(parameter)
        self.register_outputs({"names": self.names})


def within_standard_tier(document: str) -> str:
    """Return `document`, or refuse it when SSM's standard tier would.

    Raises:
        ValueError: it is longer than 4 KB.
    """
    size = len(document.encode())
    if size > STANDARD_TIER_BYTES:
        raise ValueError(f"An outputs document has {size} bytes; a standard SSM parameter holds {STANDARD_TIER_BYTES}.")
    return document
