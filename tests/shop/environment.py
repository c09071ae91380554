"""An environment with one service, made by hand as Pulumi would make it, on a local cloud in this process."""

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
import urllib3
from typer.testing import CliRunner

from localcloud.cloud import Image
from localcloud.scope import Scope
from stacks import outputs
from tests.shop import container
from trainyard.cli import release, status

Client = Callable[[str], Any]
"""Returns the boto3 client of a service."""

CONTAINER = Path(container.__file__)
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

    def __init__(
        self, client: Client, golden: Path, account: str = "000000000001", region: str = "eu-west-1", instances: int = 2
    ) -> None:
        self.client, self.account, self.region = client, account, region
        self.golden, self.instances = str(golden), instances
        self.sagemaker, self.ssm = client("sagemaker"), client("ssm")
        self.cloudwatch, self.dynamodb = client("cloudwatch"), client("dynamodb")
        self.topic = client("sns").create_topic(Name="notify")["TopicArn"]
        self.role = client("iam").create_role(
            RoleName="serving", AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": []})
        )["Role"]["Arn"]
        for bucket in ("shop-capture", "shop-artifacts"):
            client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": region})
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

    def register(self, metadata: dict[str, str] | None = None, **environment: str) -> int:
        arn = self.sagemaker.create_model_package(
            ModelPackageGroupName="shop-dev",
            InferenceSpecification={
                "Containers": [{"Image": IMAGE, "Environment": environment}],
                "SupportedContentTypes": ["application/json"],
                "SupportedResponseMIMETypes": ["application/json"],
            },
            CustomerMetadataProperties=metadata or {},
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

    def scale(self, count: int) -> None:
        """Scale the variant out to `count` and register it, with a policy and a floor at night."""
        where = {
            "ServiceNamespace": "sagemaker",
            "ResourceId": "endpoint/shop-dev/variant/live",
            "ScalableDimension": "sagemaker:variant:DesiredInstanceCount",
        }
        metric = {"PredefinedMetricType": "SageMakerVariantInvocationsPerInstance"}
        autoscaling = self.client("application-autoscaling")
        self.sagemaker.update_endpoint_weights_and_capacities(
            EndpointName="shop-dev",
            DesiredWeightsAndCapacities=[{"VariantName": "live", "DesiredInstanceCount": count}],
        )
        self._in_service()
        autoscaling.register_scalable_target(**where, MinCapacity=count, MaxCapacity=12, Tags={"managed-by": "pulumi"})
        autoscaling.put_scaling_policy(
            **where,
            PolicyName="aim",
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration={"TargetValue": 1e6, "PredefinedMetricSpecification": metric},
        )
        autoscaling.put_scheduled_action(
            **where,
            ScheduledActionName="night",
            Schedule="cron(0 22,23 * * ? *)",
            Timezone="Europe/London",
            ScalableTargetAction={"MinCapacity": count},
        )

    def limit(self, instances: int, instance_type: str = "ml.m5.large") -> None:
        """Set how many instances of a type the account may have behind its endpoints."""
        given = {
            "account": self.account,
            "region": self.region,
            "instance_type": instance_type,
            "instances": instances,
        }
        url = f"{self.sagemaker.meta.endpoint_url}/_localcloud/quotas"
        assert urllib3.request("POST", url, json=given).status == 200

    def scaling(self) -> dict[str, Any]:
        """Return the scaling as a refresh of Pulumi would read it, without what AWS makes up anew."""
        autoscaling = self.client("application-autoscaling")
        made_up = ("CreationTime", "ScalableTargetARN", "PolicyARN", "ScheduledActionARN", "Alarms")
        found = {
            "ScalableTargets": autoscaling.describe_scalable_targets(ServiceNamespace="sagemaker"),
            "ScalingPolicies": autoscaling.describe_scaling_policies(ServiceNamespace="sagemaker"),
            "ScheduledActions": autoscaling.describe_scheduled_actions(ServiceNamespace="sagemaker"),
        }
        targets = found["ScalableTargets"]["ScalableTargets"]
        tags = [autoscaling.list_tags_for_resource(ResourceARN=one["ScalableTargetARN"])["Tags"] for one in targets]
        return {
            "Tags": tags,
            **{
                key: [{name: value for name, value in each.items() if name not in made_up} for each in answer[key]]
                for key, answer in found.items()
            },
        }

    def _network(self) -> None:
        ec2 = self.client("ec2")
        vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        group = ec2.create_security_group(GroupName="jobs", Description="jobs", VpcId=vpc)["GroupId"]
        self.network = outputs.Network(vpc_id=vpc, subnet_ids=[subnet], security_group_id=group)
        self.key = self.client("kms").create_key()["KeyMetadata"]["Arn"]

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
        variant = {
            "VariantName": "live",
            "ModelName": "day0",
            "InstanceType": "ml.m5.large",
            "InitialInstanceCount": self.instances,
        }
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
        self._in_service()

    def _in_service(self) -> None:
        deadline = time.monotonic() + 60
        while self.sagemaker.describe_endpoint(EndpointName="shop-dev")["EndpointStatus"] != "InService":
            assert time.monotonic() < deadline
            time.sleep(0.1)

    def _platform(self) -> outputs.PlatformOutputs:
        return outputs.PlatformOutputs(
            environment="dev",
            account=self.account,
            region=self.region,
            kms_key_arn=self.key,
            buckets=outputs.Buckets(
                raw="r", features="f", artifacts="shop-artifacts", capture="shop-capture", logs="l"
            ),
            roles=outputs.Roles(training=self.role, serving=self.role, pipeline=self.role, release=self.role),
            network=self.network,
            notifications_topic_arn=self.topic,
            deployments_table=TABLE,
            approval_url="https://function",
            images_borrowed_from=[],
            services=["shop"],
        )

    def _service(self, changes: dict[str, Any]) -> outputs.ServiceOutputs:
        serving: dict[str, Any] = {
            "instance_type": "ml.m5.large",
            "instance_count": 2,
            "minimum_instances": 2,
            "maximum_instances": 10,
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
            release_on_approval=False,
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
