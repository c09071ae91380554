"""Endpoint configs: which models run on which fleets; immutable once created."""

import logging

from localcloud.cloud import Cloud
from localcloud.errors import NotFoundError, ValidationError
from localcloud.sagemaker.listing import listed
from localcloud.sagemaker.models import find_model
from localcloud.sagemaker.names import check_instance_type, check_name
from localcloud.sagemaker.service import Call, operation
from localcloud.sagemaker.tags import drop_tags, set_tags
from localcloud.scope import Scope
from localcloud.store import Document

log = logging.getLogger(__name__)

_KIND = "EndpointConfig"
_KEPT = (
    "EndpointConfigName",
    "ProductionVariants",
    "ShadowProductionVariants",
    "DataCaptureConfig",
    "KmsKeyId",
    "AsyncInferenceConfig",
    "ExplainerConfig",
    "ExecutionRoleArn",
    "VpcConfig",
    "EnableNetworkIsolation",
    "MetricsConfig",
)
_MAXIMUM_VARIANTS = 10


@operation("CreateEndpointConfig")
def create_endpoint_config(call: Call) -> Document:
    """Create an endpoint config whose models exist."""
    name = check_name("EndpointConfigName", call.params["EndpointConfigName"])
    arn = call.scope.arn("sagemaker", f"endpoint-config/{name}")
    if call.cloud.store.get(call.scope, _KIND, name) is not None:
        raise ValidationError(f'Cannot create already existing endpoint configuration "{arn}".')
    _check_variants(call)
    _check_capture(call.params.get("DataCaptureConfig"))
    document = {key: call.params[key] for key in _KEPT if key in call.params}
    for variant in [*document["ProductionVariants"], *document.get("ShadowProductionVariants", [])]:
        variant.setdefault("InitialVariantWeight", 1.0)
    document |= {"EndpointConfigArn": arn, "CreationTime": call.cloud.clock.now()}
    call.cloud.store.put(call.scope, _KIND, name, document)
    set_tags(call.cloud, call.scope, arn, call.params.get("Tags"))
    return {"EndpointConfigArn": arn}


@operation("DescribeEndpointConfig")
def describe_endpoint_config(call: Call) -> Document:
    """Return an endpoint config."""
    return find_endpoint_config(call.cloud, call.scope, call.params["EndpointConfigName"])


@operation("DeleteEndpointConfig")
def delete_endpoint_config(call: Call) -> None:
    """Delete an endpoint config, also one in use: AWS's documentation forbids that, but its API does not refuse it."""
    document = find_endpoint_config(call.cloud, call.scope, call.params["EndpointConfigName"])
    name = document["EndpointConfigName"]
    for endpoint in call.cloud.store.find_all(call.scope, "Endpoint"):
        if endpoint.get("EndpointConfigName") == name:
            log.warning("endpoint config %s is deleted while endpoint %s uses it", name, endpoint["EndpointName"])
    call.cloud.store.delete(call.scope, _KIND, name)
    drop_tags(call.cloud, call.scope, document["EndpointConfigArn"])


@operation("ListEndpointConfigs")
def list_endpoint_configs(call: Call) -> Document:
    """Return one page of endpoint configs, the newest first."""
    return listed(
        call.cloud.store.find_all(call.scope, _KIND),
        call.params,
        result="EndpointConfigs",
        name="EndpointConfigName",
        summary=("EndpointConfigName", "EndpointConfigArn", "CreationTime"),
    )


def find_endpoint_config(cloud: Cloud, scope: Scope, name: str) -> Document:
    """Return the document of an endpoint config.

    Raises:
        NotFoundError: there is none of that name.
    """
    document = cloud.store.get(scope, _KIND, name)
    if document is None:
        arn = scope.arn("sagemaker", f"endpoint-config/{name}")
        raise NotFoundError(f'Could not find endpoint configuration "{arn}".')
    return document


def _check_variants(call: Call) -> None:
    variants, shadows = call.params["ProductionVariants"], call.params.get("ShadowProductionVariants", [])
    if not 1 <= len(variants) <= _MAXIMUM_VARIANTS:
        raise ValidationError(f"An endpoint config has 1 to {_MAXIMUM_VARIANTS} production variants.")
    names = [variant["VariantName"] for variant in [*variants, *shadows]]
    if len(set(names)) != len(names):
        raise ValidationError(f"Variant names must be unique, got {', '.join(names)}.")
    if shadows and (len(variants), len(shadows)) != (1, 1):
        raise ValidationError("A shadow variant needs exactly one production variant and is the only shadow variant.")
    for variant in [*variants, *shadows]:
        _check_variant(call, variant)
        if shadows:
            _check_shadowed(call, variant)
    if not any(variant.get("InitialVariantWeight", 1.0) > 0 for variant in variants):
        raise ValidationError("At least one production variant needs an InitialVariantWeight above 0.")


def _check_variant(call: Call, variant: Document) -> None:
    name = check_name("VariantName", variant["VariantName"])
    if "ModelName" in variant:
        find_model(call.cloud, call.scope, variant["ModelName"])
    elif "ExecutionRoleArn" not in call.params:
        raise ValidationError(f"Variant {name} needs a ModelName.")
    if "ServerlessConfig" in variant:
        if "InstanceType" in variant or "InitialInstanceCount" in variant:
            raise ValidationError(f"Variant {name} is serverless and cannot have InstanceType or InitialInstanceCount.")
        return
    if "InstanceType" not in variant:
        raise ValidationError(f"Variant {name} needs an InstanceType or a ServerlessConfig.")
    check_instance_type(variant["InstanceType"])
    if variant.get("InitialInstanceCount", 0) < 1:
        raise ValidationError(f"Variant {name} needs an InitialInstanceCount of at least 1.")


def _check_shadowed(call: Call, variant: Document) -> None:
    """Refuse what AWS excludes from endpoints with a shadow (its guide, "Exclusions" of shadow tests)."""
    name, containers = variant["VariantName"], []
    if "ModelName" in variant:
        model = find_model(call.cloud, call.scope, variant["ModelName"])
        containers = [model["PrimaryContainer"]] if model.get("PrimaryContainer") else model.get("Containers", [])
    found = {
        "asynchronous inference": "AsyncInferenceConfig" in call.params,
        "serverless inference": "ServerlessConfig" in variant,
        "Inf1 instances": str(variant.get("InstanceType", "")).startswith("ml.inf1."),
        "several containers": len(containers) > 1,
        "a multi-model container": any(container.get("Mode") == "MultiModel" for container in containers),
    }
    excluded = [words for words, used in found.items() if used]
    if excluded:
        raise ValidationError(f"ShadowProductionVariants cannot be used with {excluded[0]} (variant {name}).")


def _check_capture(capture: Document | None) -> None:
    if not capture:
        return
    percentage = capture["InitialSamplingPercentage"]
    if not 0 <= percentage <= 100:
        raise ValidationError(f"InitialSamplingPercentage is 0 to 100, got {percentage}.")
    if not str(capture["DestinationS3Uri"]).startswith(("s3://", "https://")):
        raise ValidationError(f"DestinationS3Uri is an S3 URI, got {capture['DestinationS3Uri']}.")
