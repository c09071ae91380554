"""CreateEndpoint."""

from localcloud.errors import ValidationError
from localcloud.sagemaker.endpoint_configs import find_endpoint_config
from localcloud.sagemaker.endpoints.course import Update, pending_summary
from localcloud.sagemaker.endpoints.creation import Creation
from localcloud.sagemaker.endpoints.hosting import hosting
from localcloud.sagemaker.endpoints.plans import plan_deployment
from localcloud.sagemaker.endpoints.record import KIND, STATE_CHANGE, endpoint_arn
from localcloud.sagemaker.endpoints.rules import check_deployment_config
from localcloud.sagemaker.endpoints.variants import (
    check_emulated,
    describe_capture,
    production_counts,
    shadow_names,
    targets_of,
)
from localcloud.sagemaker.request_shapes import check_request
from localcloud.sagemaker.service import Call, operation
from localcloud.sagemaker.tags import set_tags
from localcloud.store import Document


@operation("CreateEndpoint")
def create_endpoint(call: Call) -> Document:
    """Create an endpoint; it is in service once all its instances answer pings."""
    check_request(call.operation, call.params)
    name, scope = call.params["EndpointName"], call.scope
    arn = endpoint_arn(scope, name)
    if any(found["EndpointName"].lower() == name.lower() for found in call.cloud.store.find_all(scope, KIND)):
        raise ValidationError(f'Cannot create already existing endpoint "{arn}".')
    config = find_endpoint_config(call.cloud, scope, call.params["EndpointConfigName"])
    check_emulated(config)
    targets = targets_of(config)
    check_deployment_config(
        call.params.get("DeploymentConfig", {}), production_counts(config, targets), shadow_names(config)
    )
    now = call.cloud.clock.now()
    body: Document = {
        "EndpointName": name,
        "EndpointArn": arn,
        "EndpointConfigName": config["EndpointConfigName"],
        "EndpointStatus": "Creating",
        "CreationTime": now,
        "LastModifiedTime": now,
        "PendingDeploymentSummary": pending_summary(
            Update(config=config, targets=targets, plan=plan_deployment({}, {}), started=now)
        ),
        "_Config": config,
    }
    capture = describe_capture(config)
    call.cloud.store.put(scope, KIND, name, body | ({"DataCaptureConfig": capture} if capture else {}))
    set_tags(call.cloud, scope, arn, call.params.get("Tags"))
    host = hosting(call.cloud).open(scope, name)
    host.record.announce(STATE_CHANGE)
    host.submit(Creation(host, config, targets))
    return {"EndpointArn": arn}
