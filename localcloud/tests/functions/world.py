"""A cloud with an execution role, and how tests make functions, read their logs and wait for what is to happen."""

import io
import json
import time
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from localcloud.testing import CloudUnderTest

Found = TypeVar("Found")

ECHO = "def handler(event, context):\n    return event\n"


def archive(**modules: str) -> bytes:
    """Return a zip file with a module for each argument."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as file:
        for name, source in modules.items():
            file.writestr(f"{name}.py", source)
    return target.getvalue()


def trust(service: str = "lambda.amazonaws.com", **more: Any) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"} | more
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def eventually(look: Callable[[], Found], seconds: float = 15.0) -> Found:
    """Return what `look` finds, as soon as it finds something."""
    end = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < end, f"nothing was found within {seconds:.0f} s"
        time.sleep(0.02)
    return found


@dataclass(frozen=True)
class World:
    aws: CloudUnderTest

    @property
    def functions(self) -> Any:
        return self.aws.client("lambda")

    def role(self, name: str = "runner", document: str = "") -> str:
        iam = self.aws.client("iam")
        try:
            return iam.create_role(RoleName=name, AssumeRolePolicyDocument=document or trust())["Role"]["Arn"]
        except iam.exceptions.EntityAlreadyExistsException:
            return iam.get_role(RoleName=name)["Role"]["Arn"]

    def make(self, name: str, source: str = ECHO, **more: Any) -> str:
        """Make a function of one module and return its ARN."""
        settings = {"Runtime": "python3.13", "Handler": "main.handler", "Role": self.role(), **more}
        code = {"Code": {"ZipFile": archive(main=source)}}
        return self.functions.create_function(FunctionName=name, **{**code, **settings})["FunctionArn"]

    def invoke(self, name: str, event: Any = None, **more: Any) -> Any:
        """Return what a function answers, or its error, as Python."""
        answer = self.functions.invoke(FunctionName=name, Payload=json.dumps(event), **more)
        return json.loads(answer["Payload"].read())

    def queue(self, name: str) -> tuple[str, str]:
        sqs = self.aws.client("sqs")
        url = sqs.create_queue(QueueName=name)["QueueUrl"]
        return url, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]

    def message(self, url: str) -> dict[str, Any]:
        """Return the next message of a queue, once there is one."""
        sqs = self.aws.client("sqs")
        ask = {"QueueUrl": url, "MessageAttributeNames": ["All"]}
        return eventually(lambda: sqs.receive_message(**ask).get("Messages"))[0]

    def seen(self, name: str, count: int = 1) -> list[Any]:
        """Return what a function printed as JSON after the word SEEN, once there are `count` of them."""

        def look() -> list[Any]:
            lines = [line for line in self.log(name) if line.startswith("SEEN ")]
            return [json.loads(line[5:]) for line in lines] if len(lines) >= count else []

        return eventually(look)

    def log(self, name: str) -> list[str]:
        """Return the lines of a function's log."""
        logs, group = self.aws.client("logs"), f"/aws/lambda/{name}"
        try:
            streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
        except logs.exceptions.ResourceNotFoundException:
            return []
        found = [logs.get_log_events(logGroupName=group, logStreamName=one["logStreamName"]) for one in streams]
        return [event["message"] for answer in found for event in answer["events"]]

    def total(self, namespace: str, metric: str, **dimensions: str) -> float:
        """Return the sum of a metric over the last hour."""
        now = time.time()
        points = self.aws.client("cloudwatch").get_metric_statistics(
            Namespace=namespace,
            MetricName=metric,
            Dimensions=[{"Name": name, "Value": value} for name, value in dimensions.items()],
            StartTime=now - 3600,
            EndTime=now + 60,
            Period=3600,
            Statistics=["Sum"],
        )["Datapoints"]
        return sum(point["Sum"] for point in points)
