"""What the endpoints that stay cannot do without."""

from collections.abc import Container, Iterator
from typing import Any

from botocore.exceptions import ClientError

from trainyard.shadow.request import SHADOW_OF
from trainyard.sweep.thing import Client, Thing


def of_endpoints(client: Client, leaving: Container[str]) -> set[Thing]:
    """Return what the account's endpoints need, those in `leaving` and those that are being deleted left out."""
    sagemaker = client("sagemaker")
    needed: set[Thing] = set()
    for page in sagemaker.get_paginator("list_endpoints").paginate():
        for row in page["Endpoints"]:
            if row["EndpointName"] not in leaving and row["EndpointStatus"] != "Deleting":
                needed |= set(of_endpoint(sagemaker, row["EndpointName"]))
    return needed


def of_endpoint(sagemaker: Any, name: str) -> Iterator[Thing]:
    """Yield an endpoint, its configs (the live one and one that is being deployed), their models, and its alarms."""
    try:
        endpoint = sagemaker.describe_endpoint(EndpointName=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ValidationException":  # it went since it was listed
            return
        raise
    yield Thing("Endpoint", name)
    yield Thing("LogGroup", f"/aws/sagemaker/Endpoints/{name}")
    for variant in endpoint.get("ProductionVariants", []):
        target = f"endpoint/{name}/variant/{variant['VariantName']}"
        yield Thing("ScalableTarget", target)
    deployment = endpoint.get("LastDeploymentConfig") or {}
    alarms = (deployment.get("AutoRollbackConfiguration") or {}).get("Alarms", [])
    yield from (Thing("Alarm", alarm["AlarmName"]) for alarm in alarms)
    pending = (endpoint.get("PendingDeploymentSummary") or {}).get("EndpointConfigName")
    for config in filter(None, (endpoint["EndpointConfigName"], pending)):
        yield from _of_config(sagemaker, config)


def _of_config(sagemaker: Any, config: str) -> Iterator[Thing]:
    yield Thing("EndpointConfig", config)
    answer = sagemaker.describe_endpoint_config(EndpointConfigName=config)
    for variant in (*answer["ProductionVariants"], *answer.get("ShadowProductionVariants", [])):
        if "ModelName" in variant:
            yield Thing("Model", variant["ModelName"])
    if answer.get("ShadowProductionVariants"):
        tags = sagemaker.list_tags(ResourceArn=answer["EndpointConfigArn"])["Tags"]
        # What `trainyard shadow stop` goes back to; its models are those of the config with the shadow.
        yield from (Thing("EndpointConfig", tag["Value"]) for tag in tags if tag["Key"] == SHADOW_OF)
