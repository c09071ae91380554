"""Variants of an endpoint that is deleted, as scalable targets of Application Auto Scaling.

Source: SageMaker AI guide, "Delete endpoints configured for auto scaling": they are deregistered without notice.
"""

from localcloud.cloud import Cloud
from localcloud.scope import Scope


def deregister_variants(cloud: Cloud, scope: Scope, endpoint: str) -> None:
    """Deregister all variants of an endpoint that are scaled."""
    client = cloud.client("application-autoscaling", scope)
    for page in client.get_paginator("describe_scalable_targets").paginate(ServiceNamespace="sagemaker"):
        for target in page["ScalableTargets"]:
            if target["ResourceId"].startswith(f"endpoint/{endpoint}/variant/"):
                client.deregister_scalable_target(
                    ServiceNamespace="sagemaker",
                    ResourceId=target["ResourceId"],
                    ScalableDimension=target["ScalableDimension"],
                )
