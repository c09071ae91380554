"""What models exist. Owns one model package group a service; pipelines put versions in, releases take them out.

A group with versions cannot be deleted: whoever takes an environment down removes them first.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class RegistryArgs:
    """What a `Registry` needs."""

    groups: Mapping[str, str]
    """By service: the group's name."""
    protect: bool


class Registry(pulumi.ComponentResource):
    """Model package groups."""

    by_service: dict[str, aws.sagemaker.ModelPackageGroup]

    def __init__(self, name: str, args: RegistryArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:Registry", name, None, opts)
        self.by_service = {
            service: aws.sagemaker.ModelPackageGroup(
                f"{name}-{service}",
                model_package_group_name=group,
                model_package_group_description=f"Versions of the model of {service}",
                opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
            )
            for service, group in args.groups.items()
        }
        self.register_outputs({"groups": dict(args.groups)})
