"""Where images are kept. Owns one ECR repository a model service, its lifecycle policy, and whom it lends images to.

Tags never move: what was judged and approved is what a digest, and a tag, still name a year later.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from infra import naming, resource_policies


@dataclass(frozen=True, kw_only=True)
class RepositoriesArgs:
    """What `Repositories` need."""

    services: Sequence[str]
    key_arn: pulumi.Input[str]
    untagged_image_days: int
    """Images that no tag points at go after this."""
    lent_to: Sequence[str] = ()
    """Accounts that may pull; nobody else's by default."""
    protect: bool
    """Refuse deletion; without it a repository goes with its images."""


class Repositories(pulumi.ComponentResource):
    """One encrypted, scanned repository with immutable tags a service."""

    by_service: dict[str, aws.ecr.Repository]

    def __init__(self, name: str, args: RepositoriesArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:Repositories", name, None, opts)
        self.by_service = {service: self._repository(name, service, args) for service in args.services}
        self.register_outputs({"urls": {service: made.repository_url for service, made in self.by_service.items()}})

    def _repository(self, name: str, service: str, args: RepositoriesArgs) -> aws.ecr.Repository:
        repository = aws.ecr.Repository(
            f"{name}-{service}",
            name=naming.repository(service),
            image_tag_mutability="IMMUTABLE",
            image_scanning_configuration=aws.ecr.RepositoryImageScanningConfigurationArgs(scan_on_push=True),
            encryption_configurations=[
                aws.ecr.RepositoryEncryptionConfigurationArgs(encryption_type="KMS", kms_key=args.key_arn)
            ],
            force_delete=not args.protect,
            opts=pulumi.ResourceOptions(parent=self, protect=args.protect),
        )
        aws.ecr.LifecyclePolicy(
            f"{name}-{service}-lifecycle",
            repository=repository.name,
            policy=json.dumps(expire_untagged(args.untagged_image_days)),
            # Another policy replaces it, and a repository has one: deleting the old one afterwards would take the new.
            opts=pulumi.ResourceOptions(parent=self, delete_before_replace=True),
        )
        if args.lent_to:
            aws.ecr.RepositoryPolicy(
                f"{name}-{service}-policy",
                repository=repository.name,
                policy=json.dumps(resource_policies.repository_policy(args.lent_to)),
                opts=pulumi.ResourceOptions(parent=self),
            )
        return repository


def expire_untagged(days: int) -> dict[str, Any]:
    """Return the lifecycle policy that removes images `days` after their last tag left them."""
    rule = {
        "rulePriority": 1,
        "description": f"Untagged images go after {days} days",
        "selection": {
            "tagStatus": "untagged",
            "countType": "sinceImagePushed",
            "countUnit": "days",
            "countNumber": days,
        },
        "action": {"type": "expire"},
    }
    return {"rules": [rule]}
