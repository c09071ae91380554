"""A small environment as Pulumi's state tells of it, with and without protection."""

from typing import Any

from trainyard.teardown import Estate

STACK = "urn:pulumi:prod::trainyard::pulumi:pulumi:Stack::trainyard-prod"
PROVIDER = "urn:pulumi:prod::trainyard::pulumi:providers:aws::caller"


def urn(type: str, name: str) -> str:
    return f"urn:pulumi:prod::trainyard::{type}::{name}"


def row(type: str, name: str, parent: str = STACK, **more: Any) -> dict[str, Any]:
    custom = type.startswith(("aws:", "pulumi:providers"))
    provider = {"provider": f"{PROVIDER}::1"} if type.startswith("aws:") else {}
    return {"urn": urn(type, name), "type": type, "id": name, "custom": custom, "parent": parent, **provider, **more}


SAFE, MODEL_ENDPOINT, NOTIFICATIONS = (
    urn(f"trainyard:infra:{kind}", kind) for kind in ("SafeBucket", "ModelEndpoint", "Notifications")
)
BUCKET, TOPIC = urn("aws:s3/bucket:Bucket", "raw"), urn("aws:sns/topic:Topic", "topic")
ROLE = urn("aws:iam/role:Role", "serving")


def estate(*, protect: bool) -> Estate:
    rows = [
        {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False},
        {"urn": PROVIDER, "type": "pulumi:providers:aws", "id": "1", "custom": True, "parent": STACK},
        row("trainyard:infra:SafeBucket", "SafeBucket"),
        row("aws:s3/bucket:Bucket", "raw", SAFE, protect=protect),
        row("aws:s3/bucketPolicy:BucketPolicy", "raw-policy", SAFE, dependencies=[BUCKET]),
        row("trainyard:infra:Notifications", "Notifications"),
        row("aws:sns/topic:Topic", "topic", NOTIFICATIONS),
        row("aws:sns/topicPolicy:TopicPolicy", "topic-policy", NOTIFICATIONS, dependencies=[TOPIC]),
        row("aws:iam/role:Role", "serving"),
        row("aws:iam/role:Role", "training"),
        row("trainyard:infra:ModelEndpoint", "ModelEndpoint"),
        row("aws:sagemaker/endpoint:Endpoint", "shop-prod", MODEL_ENDPOINT, protect=protect, dependencies=[ROLE]),
        row(
            "aws:cloudwatch/metricAlarm:MetricAlarm",
            "late",
            MODEL_ENDPOINT,
            propertyDependencies={"alarmActions": [TOPIC], "name": None},
        ),
        row("aws:sagemaker/model:Model", "day-0", MODEL_ENDPOINT, retainOnDelete=True),
        row("aws:appautoscaling/target:Target", "target", MODEL_ENDPOINT, outputs={"resourceId": "endpoint/shop-prod"}),
        row("aws:ssm/parameter:Parameter", "outputs"),
    ]
    return Estate.read({"deployment": {"resources": rows}})
