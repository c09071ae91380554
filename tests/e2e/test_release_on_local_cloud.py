"""The release commands against a local cloud whose fleets, metrics and alarms are real."""

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from localcloud.cloud import Image
from localcloud.scope import Scope
from localcloud.testing import CloudUnderTest, running_cloud
from stacks import outputs
from tests.e2e import shop_container
from trainyard import aws as clients
from trainyard.cli import release, status
from trainyard.errors import RolledBack, TrainyardError, UsageError
from trainyard.release.action import Action, UpdateEndpoint
from trainyard.release.record import Record
from trainyard.release.view import ReleaseView

pytestmark = pytest.mark.e2e

CONTAINER = Path(shop_container.__file__)
IMAGE = "000000000001.dkr.ecr.eu-west-1.amazonaws.com/shop:1"
TABLE = "trainyard-dev-deployments"
GOLDEN = {
    "schema_version": 1,
    "repeats": 2,
    "latency_p50_ms": 2000,
    "requests": [
        {"name": "two", "body": {"customers": [1, 2], "k": 10}, "expect": {"customers": 2, "k": 10}},
        {"name": "refused", "body": {"k": 10}, "expect": {"error_status": 400}},
    ],
}


class OneImage:
    def resolve(self, scope: Scope, uri: str) -> Image:
        entrypoint = (sys.executable, "-S", str(CONTAINER))
        return Image(uri=uri, digest="sha256:" + "1" * 64, root=CONTAINER.parent, entrypoint=entrypoint, environment={})


class Shop:
    """An environment with one service, made by hand as Pulumi would make it."""

    def __init__(self, cloud: CloudUnderTest, golden: Path) -> None:
        cloud.cloud.images = OneImage()
        self.cloud, self.golden = cloud, str(golden)
        self.sagemaker, self.ssm = cloud.client("sagemaker"), cloud.client("ssm")
        self.cloudwatch, self.dynamodb = cloud.client("cloudwatch"), cloud.client("dynamodb")
        self.topic = cloud.client("sns").create_topic(Name="notify")["TopicArn"]
        self.role = cloud.client("iam").create_role(
            RoleName="serving", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
        )["Role"]["Arn"]
        cloud.client("s3").create_bucket(
            Bucket="shop-capture", CreateBucketConfiguration={"LocationConstraint": cloud.region}
        )
        self._network()
        self._table()
        self.write_outputs()
        self._day_0()

    def write_outputs(self, **serving: Any) -> None:
        platform, service = self._platform(), self._service(serving)
        self.ssm.put_parameter(
            Name=outputs.platform_parameter("dev"), Value=platform.model_dump_json(), Type="String", Overwrite=True
        )
        self.ssm.put_parameter(
            Name=outputs.service_parameter("dev", "shop"),
            Value=service.model_dump_json(),
            Type="String",
            Overwrite=True,
        )

    def register(self, **environment: str) -> int:
        arn = self.sagemaker.create_model_package(
            ModelPackageGroupName="shop-dev",
            InferenceSpecification={
                "Containers": [{"Image": IMAGE, "Environment": environment}],
                "SupportedContentTypes": ["application/json"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            ModelApprovalStatus="Approved",
        )["ModelPackageArn"]
        return int(arn.rsplit("/", 1)[1])

    def start(self, *arguments: str) -> Any:
        return self.call(release.app, "start", "shop", "--golden", self.golden, "--poll-seconds", "0.2", *arguments)

    def call(self, app: typer.Typer, *arguments: str) -> Any:
        result = CliRunner().invoke(app, list(arguments))
        print(result.output)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    def status(self) -> dict[str, Any]:
        app = typer.Typer()
        status.register(app)
        return json.loads(self.call(app, "--json").output)["services"]["shop"]

    def live_config(self) -> str:
        return self.sagemaker.describe_endpoint(EndpointName="shop-dev")["EndpointConfigName"]

    def left(self) -> dict[str, set[str]]:
        return {
            "endpoints": {one["EndpointName"] for one in self.sagemaker.list_endpoints()["Endpoints"]},
            "configs": {one["EndpointConfigName"] for one in self.sagemaker.list_endpoint_configs()["EndpointConfigs"]},
            "models": {one["ModelName"] for one in self.sagemaker.list_models()["Models"]},
            "alarms": {one["AlarmName"] for one in self.cloudwatch.describe_alarms()["MetricAlarms"]},
        }

    def _network(self) -> None:
        ec2 = self.cloud.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName="jobs", Description="jobs", VpcId=vpc)["GroupId"]
        self.network = outputs.Network(vpc_id=vpc, subnet_ids=[subnet], security_group_id=group)
        self.key = self.cloud.client("kms").create_key()["KeyMetadata"]["Arn"]

    def _table(self) -> None:
        names = ("service", "release_id")
        self.dynamodb.create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": n, "KeyType": t} for n, t in zip(names, ("HASH", "RANGE"), strict=True)],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in names],
            BillingMode="PAY_PER_REQUEST",
        )

    def _day_0(self) -> None:
        self.sagemaker.create_model_package_group(ModelPackageGroupName="shop-dev")
        container = {"Image": IMAGE, "Environment": {"FROM": "day 0"}}
        self.sagemaker.create_model(ModelName="day0", PrimaryContainer=container, ExecutionRoleArn=self.role)
        variant = {"VariantName": "live", "ModelName": "day0", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
        self.sagemaker.create_endpoint_config(EndpointConfigName="day0", ProductionVariants=[variant])
        self.sagemaker.create_endpoint(EndpointName="shop-dev", EndpointConfigName="day0")
        self.cloudwatch.put_metric_alarm(
            AlarmName="shop-dev-errors",
            Namespace="AWS/SageMaker",
            MetricName="Invocation5XXErrors",
            Dimensions=[{"Name": "EndpointName", "Value": "shop-dev"}, {"Name": "VariantName", "Value": "live"}],
            Statistic="Average",
            Period=60,
            EvaluationPeriods=1,
            Threshold=0.05,
            ComparisonOperator="GreaterThanThreshold",
            TreatMissingData="notBreaching",
        )
        deadline = time.monotonic() + 60
        while self.sagemaker.describe_endpoint(EndpointName="shop-dev")["EndpointStatus"] != "InService":
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def _platform(self) -> outputs.PlatformOutputs:
        return outputs.PlatformOutputs(
            environment="dev",
            account=self.cloud.account,
            region=self.cloud.region,
            kms_key_arn=self.key,
            buckets=outputs.Buckets(raw="r", features="f", artifacts="a", capture="shop-capture", logs="l"),
            roles=outputs.Roles(
                training=self.role, serving=self.role, pipeline=self.role, release=self.role, approval=self.role
            ),
            network=self.network,
            notifications_topic_arn=self.topic,
            deployments_table=TABLE,
            services=["shop"],
            images_borrowed_from=[],
        )

    def _service(self, changes: dict[str, Any]) -> outputs.ServiceOutputs:
        serving: dict[str, Any] = {
            "instance_type": "ml.m5.large",
            "instance_count": 2,
            "minimum_instances": 2,
            "maximum_instances": 4,
            "capture_percent": 0,
            "environment": {},
        }
        return outputs.ServiceOutputs(
            name="shop",
            owners=["ana@example.com"],
            endpoint_name="shop-dev",
            variant_name="live",
            model_package_group="shop-dev",
            repository_url="r",
            pipeline_name="shop-dev",
            endpoint_alarms=["shop-dev-errors"],
            approvals_required=0,
            training=outputs.Training(
                instance_type="ml.m5.large",
                instance_count=1,
                volume_gib=10,
                spot=False,
                timeout_seconds=600,
                processing_instance_type="ml.m5.large",
            ),
            serving=outputs.Serving(**{**serving, **changes}),
            strategy=outputs.Strategy(type="canary", canary_percent=50, bake_seconds=180, timeout_seconds=1800),
            thresholds=outputs.Thresholds(latency_p99_ms=800, errors_5xx_percent=5, errors_4xx_percent=50),
            gate=outputs.Gate(minimum_ratio=1.01, confidence=0.9, minimum_slice_customers=50),
        )


class Traffic:
    """Customers who ask all the time; failures and the versions that answered are kept."""

    def __init__(self, shop: Shop) -> None:
        self.failures: list[str] = []
        self.versions: list[str] = []
        self._runtime = shop.cloud.client("sagemaker-runtime")
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._flow) for _ in range(2)]

    def __enter__(self) -> "Traffic":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _flow(self) -> None:
        body = json.dumps({"customers": [1], "k": 3})
        while not self._stop.wait(0.05):
            try:
                answer = self._runtime.invoke_endpoint(
                    EndpointName="shop-dev", ContentType="application/json", Body=body
                )
                self.versions.append(json.loads(answer["Body"].read())["model_version"])
            except Exception as error:
                self.failures.append(str(error))


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    golden = tmp_path / "golden.json"
    golden.write_text(json.dumps(GOLDEN))
    with running_cloud(tmp_path / "cloud", speed=30) as cloud:
        for name, value in {
            "AWS_ENDPOINT_URL": cloud.endpoint_url,
            "AWS_ACCESS_KEY_ID": f"LKIA{cloud.account}",
            "AWS_SECRET_ACCESS_KEY": "local",
            "AWS_DEFAULT_REGION": cloud.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }.items():
            monkeypatch.setenv(name, value)
        clients.client.cache_clear()
        yield Shop(cloud, golden)
        clients.client.cache_clear()


def test_releases_go_live_go_back_and_leave_nothing_but_one_step_back(shop: Shop) -> None:
    first, second = shop.register(), shop.register(SECOND="1")
    with Traffic(shop) as traffic:
        shop.start("--model-version", str(first))
        seen = shop.status()
        assert (seen["live_version"], seen["endpoint_status"], seen["instances"]) == ("1", "InService", 2)
        one = shop.live_config()
        shop.start("--model-version", str(second))
        two = shop.live_config()
        left = shop.left()
        assert left["endpoints"] == {"shop-dev"}
        assert left["configs"] == left["models"] == {"day0", one, two}
        assert len(left["alarms"]) == 4
        assert "Nothing to do" in shop.start("--model-version", str(second)).output
        shop.call(release.app, "rollback", "shop", "--golden", shop.golden, "--poll-seconds", "0.2")
        assert shop.live_config() == one
    assert traffic.failures == []
    assert set(traffic.versions) == {"baseline", "1", "2"}
    listed = json.loads(shop.call(release.app, "list", "shop", "--json").output)
    assert [(row["kind"], row["version"], row["status"]) for row in listed] == [
        ("rollback", "1", "succeeded"),
        ("model", "2", "succeeded"),
        ("model", "1", "succeeded"),
    ]


def test_a_model_that_turns_slow_under_live_traffic_is_undone_and_its_alarm_named(shop: Shop) -> None:
    slow = shop.register(SLOW_WHEN_LIVE="1.2")
    before = shop.left()
    with Traffic(shop) as traffic, pytest.raises(RolledBack) as undone:
        shop.start("--model-version", str(slow))
    assert traffic.failures == []
    assert "latency tripped: Threshold Crossed" in str(undone.value)
    assert "which serves version baseline (day0)" in str(undone.value)
    assert shop.live_config() == "day0"
    assert shop.left() == before
    listed = json.loads(shop.call(release.app, "list", "shop", "--json").output)
    assert (listed[0]["status"], listed[0]["alarm"][-8:]) == ("rolled_back", "-latency")


def test_an_interrupted_release_keeps_others_out_and_is_resumed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    version = shop.register()
    with monkeypatch.context() as patched:
        patched.setattr(ReleaseView, "show", _interrupt_at(UpdateEndpoint))
        with pytest.raises(TrainyardError, match="Continue it with `trainyard release resume shop`"):
            shop.start("--model-version", str(version))
    opened = shop.status()["open_release"]["release"]
    with pytest.raises(UsageError, match=f"Another release of shop is open: {opened}; nothing was changed"):
        shop.start("--same-model")
    shop.call(release.app, "resume", "shop", "--poll-seconds", "0.2")
    assert shop.status()["live_version"] == str(version)
    assert shop.status()["open_release"] is None


def _interrupt_at(kind: type[Action]) -> Callable[..., None]:
    def show(view: ReleaseView, record: Record, action: Action) -> None:
        if isinstance(action, kind):
            raise KeyboardInterrupt

    return show


def test_bad_models_are_caught_before_anybody_meets_them(shop: Shop) -> None:
    broken, dead = shop.register(BROKEN="1"), shop.register(REFUSE_TO_START="1")
    before = shop.left()
    with pytest.raises(TrainyardError, match="10 distinct products expected"):
        shop.start("--model-version", str(broken))
    with pytest.raises(TrainyardError, match="did not pass the ping health check"):
        shop.start("--model-version", str(dead))
    assert shop.live_config() == "day0"
    assert shop.left() == before


def test_dials_wait_for_a_config_only_release_which_applies_them(shop: Shop) -> None:
    shop.write_outputs(environment={"GREETING": "hello"}, capture_percent=20)
    waiting = {dial["name"]: (dial["live"], dial["wanted"]) for dial in shop.status()["waiting_dials"]}
    assert waiting == {"environment.GREETING": ("not set", "hello"), "capture_percent": ("0", "20")}
    shop.start("--same-model")
    seen = shop.status()
    assert seen["waiting_dials"] == []
    assert seen["live_version"] == "baseline"
    captured = shop.sagemaker.describe_endpoint(EndpointName="shop-dev")["DataCaptureConfig"]
    assert (captured["EnableCapture"], captured["CurrentSamplingPercentage"]) == (True, 20)
    model = shop.sagemaker.describe_model(ModelName=shop.live_config())
    assert model["PrimaryContainer"]["Environment"] == {
        "FROM": "day 0",
        "GREETING": "hello",
        "MODEL_VERSION": "baseline",
    }


def test_wrong_input_changes_nothing(shop: Shop) -> None:
    before = shop.left()
    with pytest.raises(UsageError, match="no version 9"):
        shop.start("--model-version", "9")
    with pytest.raises(UsageError, match="either --model-version N or --same-model"):
        shop.start()
    with pytest.raises(UsageError, match="no model service 'shoe'"):
        shop.call(release.app, "start", "shoe", "--model-version", "1")
    with pytest.raises(UsageError, match="cannot go back"):
        shop.call(release.app, "rollback", "shop")
    with pytest.raises(UsageError, match="No release of shop is open"):
        shop.call(release.app, "resume", "shop")
    version = shop.register()
    assert "Dry run: the preflight holds" in shop.start("--model-version", str(version), "--dry-run").output
    assert shop.left() == before
