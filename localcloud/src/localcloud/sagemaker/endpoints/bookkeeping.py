"""What is kept of a served request: its metrics, and its data where the endpoint captures them."""

from collections.abc import Mapping

from localcloud.sagemaker.endpoints.capture import Capture, Exchange, Payload
from localcloud.sagemaker.endpoints.forwarding import Reply
from localcloud.sagemaker.endpoints.host import EndpointHost
from localcloud.sagemaker.endpoints.invocation_metrics import Invocation, InvocationMetrics


def count(metrics: InvocationMetrics, host: EndpointHost, reply: Reply, total_seconds: float) -> None:
    """Count a request, which took `total_seconds` in all."""
    fleet = reply.chosen.target.fleet
    metrics.record(
        Invocation(
            scope=host.record.scope,
            endpoint=host.record.name,
            variant=fleet.spec.variant,
            config_name=fleet.spec.config_name,
            instances=host.router.active(fleet.spec.variant),
            status=reply.status or 500,
            model_microseconds=reply.model_seconds * 1e6,
            overhead_microseconds=max(0.0, total_seconds - reply.model_seconds) * 1e6,
        )
    )


def keep(capture: Capture, host: EndpointHost, given: Mapping[str, str], body: bytes, reply: Reply) -> None:
    """Capture request and answer, if they were good and the variant's configuration says so.

    Args:
        capture: where to.
        host: the endpoint.
        given: the client's headers.
        body: the request's.
        reply: the answer.
    """
    settings = reply.chosen.target.fleet.spec.capture
    if settings is None or not 200 <= reply.status < 300:
        return
    capture.record(
        settings,
        Exchange(
            scope=host.record.scope,
            endpoint=host.record.name,
            variant=reply.chosen.target.variant,
            request=Payload(content_type=given.get("Content-Type", ""), data=body),
            response=Payload(content_type=reply.headers.get("Content-Type", ""), data=reply.body),
            inference_id=given.get("X-Amzn-SageMaker-Inference-Id"),
            custom_attributes=given.get("X-Amzn-SageMaker-Custom-Attributes"),
            at=host.cloud.clock.now(),
        ),
    )
