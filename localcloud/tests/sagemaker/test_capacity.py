"""Jobs on an instance type that there is none of."""

import json
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from localcloud.sagemaker.jobs.capacity import set_capacity

from .conftest import Jobs
from .test_pipeline_runs import _TRAIN, _create, _finish, _process, _start, _steps

_LACKING = (
    "CapacityError: Unable to provision requested ML compute capacity. Please retry using a different ML instance type."
)


def _train(jobs: Jobs, name: str, count: int = 1) -> str:
    jobs.program("import pathlib; pathlib.Path('/opt/ml/model/a').write_text('a')")
    arguments = {**_TRAIN["Arguments"], "RoleArn": jobs.role}
    arguments["ResourceConfig"] = {**arguments["ResourceConfig"], "InstanceCount": count}
    jobs.sagemaker.create_training_job(TrainingJobName=name, **arguments)
    ended = jobs.wait(
        lambda: jobs.sagemaker.describe_training_job(TrainingJobName=name), "TrainingJobStatus", "Completed", "Failed"
    )
    return ended.get("FailureReason", ended["TrainingJobStatus"])


def test_a_job_that_asks_for_more_than_there_is_fails_for_lack_of_capacity(jobs: Jobs) -> None:
    set_capacity(jobs.aws.cloud, jobs.aws.scope, "ml.m5.large", 1)
    assert _train(jobs, "one") == "Completed"
    assert _train(jobs, "two", 2) == _LACKING
    assert [key for key in jobs.list_keys() if "two" in key] == []
    set_capacity(jobs.aws.cloud, jobs.aws.scope, "ml.m5.large", 2)
    assert _train(jobs, "three", 2) == "Completed"


def test_a_processing_job_fails_alike_and_its_step_is_tried_again_as_its_policy_says(jobs: Jobs) -> None:
    set_capacity(jobs.aws.cloud, jobs.aws.scope, "ml.m5.large", 0)
    policy = {"ExceptionType": ["SageMaker.CAPACITY_ERROR"], "IntervalSeconds": 1, "MaxAttempts": 2}
    _create(jobs, _process("Prepare", "none", RetryPolicies=[policy]))
    arn = _start(jobs)
    assert _finish(jobs, arn)["PipelineExecutionStatus"] == "Failed"
    step = _steps(jobs, arn)["Prepare"]
    assert (step["FailureReason"], step["AttemptCount"]) == (_LACKING, 3)


def _ask(jobs: Jobs, instance_type: str, instances: int) -> int:
    given = {"account": jobs.aws.account, "region": jobs.aws.region}
    body = json.dumps({**given, "instance_type": instance_type, "instances": instances})
    with urlopen(Request(f"{jobs.aws.endpoint_url}/_localcloud/capacities", body.encode())) as answer:
        return answer.status


def test_the_administration_sets_a_capacity_and_refuses_what_cannot_be(jobs: Jobs) -> None:
    assert _ask(jobs, "ml.m5.large", 0) == 200
    assert _train(jobs, "none") == _LACKING
    for instance_type, instances in (("ml.q9.large", 1), ("ml.m5.large", -1)):
        with pytest.raises(HTTPError):
            _ask(jobs, instance_type, instances)
