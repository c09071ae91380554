from typing import Any

import pytest

from stacks.outputs import NewData, Retraining, Schedule, ServiceOutputs
from tests.pipelines import contract
from trainyard.handlers.occasions import Occasion, parse

ARN = "arn:aws:sagemaker:eu-west-1:000000000001:pipeline/recommender-dev"
DAILY = Schedule(enabled=True, expression="rate(1 day)")
NEVER = Schedule(enabled=False, expression="rate(1 day)")


def service(schedule: Schedule = NEVER, *, new_data: bool = False) -> ServiceOutputs:
    retraining = Retraining(schedule=schedule, new_data=NewData(enabled=new_data))
    return contract.service().model_copy(update={"retraining": retraining})


def arrival(key: str) -> dict[str, Any]:
    return {"detail-type": "Object Created", "detail": {"bucket": {"name": "dev-raw"}, "object": {"key": key}}}


def end(arn: str = ARN, **more: str) -> dict[str, Any]:
    detail = {"pipelineArn": arn, "pipelineExecutionArn": f"{arn}/execution/x", **more}
    return {"detail-type": "SageMaker Model Building Pipeline Execution Status Change", "detail": detail}


def test_orders_are_an_occasion_for_their_own_service_only_and_only_where_it_asks() -> None:
    asking, other = service(new_data=True), service(new_data=True).model_copy(update={"name": "ranker"})
    event = arrival("recommender/orders/2011-08-31-a/orders.parquet")
    assert parse(event, [other, asking]) == Occasion(service=asking, look=True)
    assert parse(event, [service(DAILY)]) is None
    assert parse(arrival("stranger/orders/x"), [asking]) is None


def test_a_schedule_names_its_service_and_is_none_once_its_dial_is_off() -> None:
    assert parse({"schedule_of": "recommender"}, [service(DAILY)]) == Occasion(service=service(DAILY), look=True)
    assert parse({"schedule_of": "recommender"}, [service(new_data=True)]) is None
    assert parse({"schedule_of": "gone"}, [service(DAILY)]) is None


def test_a_runs_end_is_told_and_only_new_data_makes_it_a_time_to_look() -> None:
    event = end(pipelineExecutionDescription="why")
    for asked, look in ((service(new_data=True), True), (service(DAILY), False)):
        found = parse(event, [asked])
        assert found == Occasion(service=asked, look=look, ended=f"{ARN}/execution/x", description="why")
    assert parse(event, [service()]) is None
    assert parse(end(f"{ARN}-other"), [service(DAILY)]) is None


def test_an_event_that_no_rule_sends_is_an_error() -> None:
    with pytest.raises(ValueError, match="no event of detail-type 'Scheduled Event'"):
        parse({"detail-type": "Scheduled Event", "detail": {}}, [])
