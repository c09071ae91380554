from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainyard.errors import TrainyardError
from trainyard.sweep import Thing, delete, settle


def refusal(code: str, message: str = "") -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": message}}, "Operation")


class Service:
    """Answers each operation from a script, and records the calls."""

    def __init__(self, **answers: Any) -> None:
        self.answers = answers
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def __getattr__(self, operation: str) -> Any:
        def call(**arguments: Any) -> Any:
            self.calls.append((operation, arguments))
            answer = self.answers.get(operation, {})
            answer = answer.pop(0) if isinstance(answer, list) else answer
            if isinstance(answer, Exception):
                raise answer
            return answer

        return call


def no_wait() -> None:
    """Pass no time."""


@pytest.mark.parametrize(
    ("thing", "call"),
    [
        (Thing("Model", "m"), ("delete_model", {"ModelName": "m"})),
        (Thing("EndpointConfig", "c"), ("delete_endpoint_config", {"EndpointConfigName": "c"})),
        (Thing("ModelPackage", "arn"), ("delete_model_package", {"ModelPackageName": "arn"})),
        (Thing("Alarm", "a"), ("delete_alarms", {"AlarmNames": ["a"]})),
        (Thing("LogGroup", "g"), ("delete_log_group", {"logGroupName": "g"})),
    ],
)
def test_each_kind_is_deleted_by_its_own_operation(thing: Thing, call: Any):
    service = Service()
    delete(lambda _: service, thing, no_wait)
    assert service.calls == [call]


@pytest.mark.parametrize(
    "error",
    [
        refusal("ResourceNotFoundException"),
        refusal("ResourceNotFound"),
        refusal("ValidationException", "Could not find model m"),
    ],
)
def test_what_is_gone_already_counts_as_deleted(error: ClientError):
    delete(lambda _: Service(delete_model=error), Thing("Model", "m"), no_wait)


def test_a_refusal_is_told():
    with pytest.raises(ClientError, match="AccessDenied"):
        delete(lambda _: Service(delete_model=refusal("AccessDenied")), Thing("Model", "m"), no_wait)


def test_an_endpoint_is_deleted_once_it_rests_and_its_end_is_awaited():
    gone = refusal("ValidationException", "Could not find endpoint e")
    states: list[Any] = [{"EndpointStatus": state} for state in ("Updating", "InService", "Deleting")]
    service = Service(describe_endpoint=[*states, gone])
    delete(lambda _: service, Thing("Endpoint", "e"), no_wait)
    assert [name for name, _ in service.calls] == [
        "describe_endpoint",
        "describe_endpoint",
        "delete_endpoint",
        "describe_endpoint",
        "describe_endpoint",
    ]


def test_an_endpoint_that_never_rests_is_named():
    with pytest.raises(TrainyardError, match=r"does not stop changing.*Where: e\."):
        settle(Service(describe_endpoint={"EndpointStatus": "Updating"}), "e", no_wait)


def test_a_job_is_stopped_once_and_its_end_is_awaited():
    states = [{"TrainingJobStatus": state} for state in ("InProgress", "Stopping", "Stopped")]
    service = Service(describe_training_job=states)
    delete(lambda _: service, Thing("Job", "TrainingJob/j"), no_wait)
    assert service.calls.count(("stop_training_job", {"TrainingJobName": "j"})) == 1


def test_a_job_that_does_not_end_is_named():
    service = Service(describe_processing_job={"ProcessingJobStatus": "Stopping"})
    with pytest.raises(TrainyardError, match=r"does not stop.*Where: ProcessingJob/j\."):
        delete(lambda _: service, Thing("Job", "ProcessingJob/j"), no_wait)


def test_a_rule_loses_its_targets_first():
    service = Service(list_targets_by_rule={"Targets": [{"Id": "1"}]})
    delete(lambda _: service, Thing("EventRule", "bus/rule"), no_wait)
    assert service.calls[1:] == [
        ("remove_targets", {"Rule": "rule", "Ids": ["1"], "EventBusName": "bus"}),
        ("delete_rule", {"Name": "rule", "EventBusName": "bus"}),
    ]
