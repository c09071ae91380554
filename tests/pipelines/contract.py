"""The outputs of an invented environment, as its stack would export them."""

from stacks.outputs import (
    Buckets,
    Gate,
    Network,
    PlatformOutputs,
    Roles,
    ServiceOutputs,
    Serving,
    Strategy,
    Thresholds,
    Training,
)

ACCOUNT = "000000000001"
REGION = "eu-west-1"


def platform() -> PlatformOutputs:
    return PlatformOutputs(
        environment="dev",
        account=ACCOUNT,
        region=REGION,
        kms_key_arn=f"arn:aws:kms:{REGION}:{ACCOUNT}:key/11111111-2222-3333-4444-555555555555",
        buckets=Buckets(
            raw="dev-raw", features="dev-features", artifacts="dev-artifacts", capture="dev-capture", logs="dev-logs"
        ),
        roles=Roles(
            training=_role("training"),
            serving=_role("serving"),
            pipeline=_role("pipeline"),
            release=_role("release"),
        ),
        network=Network(vpc_id="vpc-1", subnet_ids=["subnet-1", "subnet-2"], security_group_id="sg-1"),
        notifications_topic_arn=f"arn:aws:sns:{REGION}:{ACCOUNT}:dev-notifications",
        deployments_table="trainyard-dev-deployments",
        approval_url="https://function",
        services=["recommender"],
        images_borrowed_from=[],
    )


def service(**training: object) -> ServiceOutputs:
    return ServiceOutputs(
        name="recommender",
        owners=["recommendations@example.com"],
        endpoint_name="recommender-dev",
        variant_name="live",
        model_package_group="recommender-dev",
        repository_url=f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/trainyard/recommender",
        pipeline_name="recommender-dev",
        endpoint_alarms=[],
        approvals_required=1,
        release_on_approval=False,
        training=Training(
            **(
                {
                    "instance_type": "ml.m6i.xlarge",
                    "instance_count": 1,
                    "volume_gib": 30,
                    "spot": True,
                    "timeout_seconds": 3600,
                    "processing_instance_type": "ml.m6i.large",
                }
                | training
            )
        ),
        serving=Serving(
            instance_type="ml.c6i.large",
            instance_count=2,
            minimum_instances=2,
            maximum_instances=4,
            capture_percent=100,
            environment={},
        ),
        strategy=Strategy(type="canary", canary_percent=50, bake_seconds=300, timeout_seconds=1800),
        thresholds=Thresholds(latency_p99_ms=200, errors_5xx_percent=1, errors_4xx_percent=5),
        gate=Gate(
            minimum_ratio=1.01,
            confidence=0.9,
            minimum_slice_customers=50,
            maximum_slice_loss=0.1,
            minimum_map_at_10=0.04,
            minimum_coverage=0.02,
            maximum_latency_ms=50,
        ),
    )


def _role(name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:role/trainyard-dev-{name}"
