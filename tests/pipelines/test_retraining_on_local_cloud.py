"""Orders that arrive are trained on with no hand on it: function, rules and runs, all by the local cloud."""

import io
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pytest

from infra import powertools
from infra.iam_documents import function_trust
from infra.retraining_function import arrival_pattern, end_pattern
from localcloud.sagemaker.jobs.capacity import set_capacity
from localcloud.testing import CloudUnderTest, running_cloud
from pipelines.deployment import deploy
from pipelines.launch import Clients
from pipelines.rendering import RenderedPipeline
from pipelines.retraining import DESCRIPTION
from stacks import function_code
from stacks.outputs import NewData, Retraining, Schedule, platform_parameter, service_parameter
from tests.pipelines import contract
from tests.pipelines.account import Account
from tests.pipelines.local_platform import Platform, falling_back, push_stand_in

pytestmark = pytest.mark.e2e

NAME = "trainyard-dev-retraining"
PIPELINE = f"arn:aws:sagemaker:{contract.REGION}:{contract.ACCOUNT}:pipeline/recommender-dev"
Found = TypeVar("Found")


def eventually(look: Callable[[], Found], seconds: float = 60.0) -> Found:
    """Return what `look` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"nothing was found within {seconds:.0f} s"
        time.sleep(0.1)
    return found


@dataclass(frozen=True)
class Watched:
    """An environment that starts runs by itself, and the queue of what its topic tells."""

    aws: CloudUnderTest
    platform: Platform
    queue: str
    heard: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    """What was told, by run."""

    def put(self, day: str, content: bytes) -> str:
        """Import orders, and let their event come twice, as events do."""
        key = f"recommender/orders/{day}-{content.hex()[:12]}/orders.txt"
        for _ in range(2):
            self.platform.account.clients.s3.put_object(Bucket="dev-raw", Key=key, Body=content)
        return f"s3://dev-raw/{key}"

    def runs(self) -> list[dict[str, Any]]:
        sagemaker = self.platform.account.clients.sagemaker
        listed = sagemaker.list_pipeline_executions(PipelineName="recommender-dev")["PipelineExecutionSummaries"]
        return [one for one in listed if one.get("PipelineExecutionDescription") == DESCRIPTION]

    def orders_of(self, run: dict[str, Any]) -> str:
        listed = self.platform.account.clients.sagemaker.list_pipeline_parameters_for_execution(
            PipelineExecutionArn=run["PipelineExecutionArn"]
        )
        return {one["Name"]: one["Value"] for one in listed["PipelineParameters"]}["OrdersUri"]

    def told(self) -> dict[str, Any]:
        sqs = self.aws.client("sqs")
        (message,) = eventually(lambda: sqs.receive_message(QueueUrl=self.queue, MaxNumberOfMessages=1).get("Messages"))
        sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return json.loads(json.loads(message["Body"])["Message"])

    def told_of(self, run: dict[str, Any]) -> dict[str, Any]:
        """Return what is told of a run; an end may be told twice, and the queue keeps no order."""
        name = run["PipelineExecutionDisplayName"]
        while name not in self.heard:
            told = self.told()
            self.heard[told["run"]] = told
        return self.heard[name]

    def said(self) -> list[str]:
        """Return what the looks said, in the function's own log."""
        logs, group = self.aws.client("logs"), f"/aws/lambda/{NAME}"
        streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        answers = [logs.get_log_events(logGroupName=group, logStreamName=one["logStreamName"]) for one in streams]
        lines = [event["message"] for answer in answers for event in answer["events"] if '"said"' in event["message"]]
        return [json.loads(line)["said"] for line in lines]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory, rendered: RenderedPipeline) -> Iterator[Watched]:
    with running_cloud(tmp_path_factory.mktemp("cloud"), speed=1000) as aws:
        names = ("sagemaker", "s3", "ecr", "dynamodb")
        account = Account.fill(Clients(**{name: aws.client(name) for name in names}))
        push_stand_in(aws)
        deploy(
            falling_back(rendered, "ml.m5.xlarge"),
            contract.platform(),
            contract.service(),
            sagemaker=account.clients.sagemaker,
            s3=account.clients.s3,
        )
        queue = _topic(aws)
        _outputs(aws)
        _function(aws)
        yield Watched(aws, Platform(account, aws), queue)


def _topic(aws: CloudUnderTest) -> str:
    sns, sqs = aws.client("sns"), aws.client("sqs")
    topic = sns.create_topic(Name="dev-notifications")["TopicArn"]
    url = sqs.create_queue(QueueName="heard")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return url


def _outputs(aws: CloudUnderTest) -> None:
    retraining = Retraining(schedule=Schedule(enabled=True, expression="rate(1 day)"), new_data=NewData(enabled=True))
    service = contract.service().model_copy(update={"retraining": retraining})
    documents = {
        platform_parameter("dev"): contract.platform().model_dump_json(),
        service_parameter("dev", "recommender"): service.model_dump_json(),
    }
    for name, value in documents.items():
        aws.client("ssm").put_parameter(Name=name, Value=value, Type="String")


def _function(aws: CloudUnderTest) -> None:
    """Make what `infra.retraining_function` declares."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as file:
        for name, path in function_code.files(["recommender"]).items():
            file.write(path, name)
    role = aws.client("iam").create_role(RoleName="runner", AssumeRolePolicyDocument=json.dumps(function_trust()))
    function = aws.client("lambda").create_function(
        FunctionName=NAME,
        Runtime=powertools.RUNTIME,
        Handler="trainyard.handlers.retraining.handler",
        Role=role["Role"]["Arn"],
        Layers=[powertools.layer_arn(aws.region)],
        Code={"ZipFile": code.getvalue()},
        Timeout=60,
        Environment={"Variables": {"TRAINYARD_ENVIRONMENT": "dev"}},
    )["FunctionArn"]
    events = aws.client("events")
    for name, pattern in (("arrivals", arrival_pattern("dev-raw", ["recommender"])), ("ends", end_pattern([PIPELINE]))):
        rule = events.put_rule(Name=name, EventPattern=json.dumps(pattern))["RuleArn"]
        aws.client("lambda").add_permission(
            FunctionName=NAME,
            StatementId=name,
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
            SourceArn=rule,
        )
        events.put_targets(Rule=name, Targets=[{"Id": "retraining", "Arn": function}])
    aws.client("s3").put_bucket_notification_configuration(
        Bucket="dev-raw", NotificationConfiguration={"EventBridgeConfiguration": {}}
    )


def test_new_orders_start_one_run_by_themselves_and_what_comes_meanwhile_waits_for_its_end(watched: Watched) -> None:
    by_hand = watched.platform.run(max_depth="5")
    assert by_hand.model_package_arn
    assert watched.runs() == []
    watched.platform.release(by_hand.model_package_arn)

    second = watched.put("2011-09-30", b"clean, the second")
    eventually(watched.runs)
    third = watched.put("2011-10-31", b"dirty")
    runs = eventually(lambda: found if len(found := watched.runs()) > 1 else None)
    told = [watched.told_of(run) for run in reversed(runs)]
    assert [one["outcome"] for one in told] == ["rejected", "failed"]
    assert [watched.orders_of(run) for run in reversed(runs)] == [second, third]
    dirty = told[1]
    assert dirty["service"] == "recommender"
    assert "Step Validate failed" in dirty["reason"]
    assert "row 7 has no price" in dirty["reason"]

    # The last run's end was an occasion to look as well: it found that the orders have had their run.
    eventually(lambda: [said for said in watched.said() if said.endswith(f"was started on the newest orders, {third}")])
    assert len(watched.runs()) == 2


def test_a_run_without_instances_goes_on_by_itself_with_the_next_type(watched: Watched) -> None:
    before = len(watched.runs())
    set_capacity(watched.aws.cloud, watched.aws.scope, "ml.m6i.xlarge", 0)
    orders = watched.put("2011-11-30", b"clean, the fourth")
    second, first = eventually(lambda: found if len(found := watched.runs()[:-before]) == 2 else None)
    told = watched.told_of(second)
    # The same model again: the gate lets it not pass, which it can only tell once it was trained.
    assert told["outcome"] == "rejected"
    assert first["PipelineExecutionDisplayName"] == told["run"]
    assert watched.orders_of(first) == watched.orders_of(second) == orders
    eventually(lambda: [said for said in watched.said() if said.endswith("goes on with ml.m5.xlarge")])


def test_a_schedule_without_newer_orders_starts_nothing_and_says_so(watched: Watched) -> None:
    before = len(watched.runs())
    answer = watched.aws.client("lambda").invoke(
        FunctionName=NAME, Payload=json.dumps({"schedule_of": "recommender"}).encode()
    )
    said = json.loads(answer["Payload"].read())
    assert said["run"] == ""
    assert "was started on the newest orders" in said["said"]
    assert len(watched.runs()) == before
