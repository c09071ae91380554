"""Deletes one thing; what is gone already counts as deleted, so that a sweep can be run again."""

from collections.abc import Callable
from typing import Any

from botocore.exceptions import ClientError

from trainyard.errors import TrainyardError
from trainyard.sweep.executions import stop_all, stop_job
from trainyard.sweep.thing import Client, Thing

Wait = Callable[[], None]
"""Passes a second."""

CHANGING = ("Creating", "Updating", "SystemUpdating", "RollingBack", "Deleting")

LOOKS = 600
"""How often to look whether an endpoint is gone, a second apart."""

_DELETIONS = {
    "ModelPackage": ("sagemaker", "delete_model_package", "ModelPackageName"),
    "EndpointConfig": ("sagemaker", "delete_endpoint_config", "EndpointConfigName"),
    "Model": ("sagemaker", "delete_model", "ModelName"),
    "LogGroup": ("logs", "delete_log_group", "logGroupName"),
}


def delete(client: Client, thing: Thing, wait: Wait) -> None:
    """Delete one thing, and wait where the deletion takes its time.

    Raises:
        ClientError: AWS refuses it.
        TrainyardError: it does not end.
    """
    try:
        if thing.kind in _SPECIAL:
            _SPECIAL[thing.kind](client, thing.name, wait)
            return
        service, operation, parameter = _DELETIONS[thing.kind]
        getattr(client(service), operation)(**{parameter: thing.name})
    except ClientError as error:
        if not is_missing(error):
            raise


def is_missing(error: ClientError) -> bool:
    """Return whether AWS says that there is no such thing."""
    detail = error.response["Error"]
    code, text = detail["Code"], detail.get("Message", "").lower()
    by_text = code == "ValidationException" and ("could not find" in text or "does not exist" in text)
    return by_text or "NotFound" in code or code.startswith("NoSuch")


def _job(client: Client, name: str, wait: Wait) -> None:
    stop_job(client("sagemaker"), name, wait)


def _pipeline(client: Client, name: str, wait: Wait) -> None:
    stop_all(client("sagemaker"), name, wait)
    client("sagemaker").delete_pipeline(PipelineName=name)


def _endpoint(client: Client, name: str, wait: Wait) -> None:
    sagemaker = client("sagemaker")
    settle(sagemaker, name, wait)
    sagemaker.delete_endpoint(EndpointName=name)
    for _ in range(LOOKS):
        sagemaker.describe_endpoint(EndpointName=name)  # ends by the error that says that there is none
        wait()
    raise TrainyardError("An endpoint does not go", where=name, cure="Look at it, then destroy again")


def settle(sagemaker: Any, name: str, wait: Wait, looks: int = 3 * LOOKS) -> None:
    """Wait until an endpoint can be deleted: SageMaker refuses it while it is created or updated.

    Raises:
        TrainyardError: it is still changing after half an hour.
    """
    for _ in range(looks):
        if sagemaker.describe_endpoint(EndpointName=name)["EndpointStatus"] not in CHANGING:
            return
        wait()
    raise TrainyardError("An endpoint does not stop changing", where=name, cure="Look at it, then destroy again")


def _alarm(client: Client, name: str, _: Wait) -> None:
    client("cloudwatch").delete_alarms(AlarmNames=[name])


def _scalable_target(client: Client, name: str, _: Wait) -> None:
    client("application-autoscaling").deregister_scalable_target(
        ServiceNamespace="sagemaker", ResourceId=name, ScalableDimension="sagemaker:variant:DesiredInstanceCount"
    )


def _event_rule(client: Client, name: str, _: Wait) -> None:
    bus, _slash, rule = name.rpartition("/")
    where = {"EventBusName": bus} if bus else {}
    events = client("events")
    targets = events.list_targets_by_rule(Rule=rule, **where)["Targets"]
    if targets:
        events.remove_targets(Rule=rule, Ids=[target["Id"] for target in targets], **where)
    events.delete_rule(Name=rule, **where)


_SPECIAL: dict[str, Callable[[Client, str, Wait], None]] = {
    "Job": _job,
    "Pipeline": _pipeline,
    "Endpoint": _endpoint,
    "Alarm": _alarm,
    "ScalableTarget": _scalable_target,
    "EventRule": _event_rule,
}
