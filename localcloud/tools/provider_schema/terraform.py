"""What the bridged provider knows of a property: whether it is computed, sensitive, or a set.

Reads the answer of Terraform's `providers schema -json`, trimmed to `{type: {attributes, blocks}}`.
"""

import re
from typing import Any

Block = dict[str, Any]

# Where the rules of `type_of` do not find the name.
EXCEPTIONS = {
    "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
    "aws:s3/bucketReplicationConfig:BucketReplicationConfig": "aws_s3_bucket_replication_configuration",
    "aws:s3/analyticsConfiguration:AnalyticsConfiguration": "aws_s3_bucket_analytics_configuration",
    "aws:s3/inventory:Inventory": "aws_s3_bucket_inventory",
    "aws:cloudtrail/trail:Trail": "aws_cloudtrail",
    "aws:lb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:alb/loadBalancer:LoadBalancer": "aws_lb",
    "aws:iam/sshKey:SshKey": "aws_iam_user_ssh_key",
    "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
    "aws:sns/dataProtectionPolicy:DataProtectionPolicy": "aws_sns_topic_data_protection_policy",
    "aws:sqs/redrivePolicy:RedrivePolicy": "aws_sqs_queue_redrive_policy",
    "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "aws_sqs_queue_redrive_allow_policy",
    "aws:costexplorer/anomalyMonitor:AnomalyMonitor": "aws_ce_anomaly_monitor",
    "aws:costexplorer/anomalySubscription:AnomalySubscription": "aws_ce_anomaly_subscription",
    "aws:autoscaling/tag:Tag": "aws_autoscaling_group_tag",
    "aws:rds/instanceState:InstanceState": "aws_rds_instance_state",
    "aws:rds/roleAssociation:RoleAssociation": "aws_db_instance_role_association",
    "aws:ec2/securityGroupAssociation:SecurityGroupAssociation": "aws_vpc_endpoint_security_group_association",
    "aws:ec2/vpcEndpointServiceAllowedPrinciple:VpcEndpointServiceAllowedPrinciple": (
        "aws_vpc_endpoint_service_allowed_principal"
    ),
}
_MODULES = {"rds": "db", "amp": "prometheus", "alb": "lb", "cfg": "config", "vpc": "vpc", "kinesis": "kinesis"}


def snake(name: str) -> str:
    """Return a camelCase name in snake_case."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])|(?<=[A-Z])([A-Z])(?=[a-z])", lambda m: f"_{m[0]}", name).lower()


def type_of(token: str, types: dict[str, Block]) -> str | None:
    """Return the Terraform type behind a token, or None where the schema has none."""
    if token in EXCEPTIONS:
        return EXCEPTIONS[token] if EXCEPTIONS[token] in types else None
    module, name = token.split(":")[1].split("/")[0], snake(token.split(":")[2])
    prefixes = [module, _MODULES.get(module, module)]
    candidates = [*(f"aws_{prefix}_{name}" for prefix in prefixes)]
    if module in ("ec2", "vpc", "ebs", "lb", "alb", "rds"):
        candidates += [f"aws_{name}", f"aws_vpc_{name}"]
    return next((candidate for candidate in candidates if candidate in types), None)


def describe(properties: dict[str, Any], block: Block) -> None:
    """Add to each property, in place: `tf` (its name there where it differs), `c`, `s`, `set`."""
    attributes, blocks = block.get("attributes", {}), block.get("blocks", {})
    for name, entry in properties.items():
        key = _key(snake(name), {**attributes, **blocks})
        if key is None:
            continue
        if key != snake(name):
            entry["tf"] = key
        found = attributes.get(key)
        if found is not None:
            _flags(entry, found)
            continue
        if blocks[key]["nesting"] == "set":
            entry["set"] = 1
        inner = entry["t"][1] if isinstance(entry["t"], list) else entry["t"]
        if isinstance(inner, dict):
            describe(inner, blocks[key])


def _flags(entry: dict[str, Any], attribute: dict[str, Any]) -> None:
    if attribute.get("computed"):
        entry["c"] = 1
    if attribute.get("sensitive"):
        entry["s"] = 1
    if isinstance(attribute["type"], list) and attribute["type"][0] == "set":
        entry["set"] = 1


def _key(name: str, keys: dict[str, Any]) -> str | None:
    singular = [name, name.removesuffix("s"), name.removesuffix("es")]
    if name.endswith("ies"):
        singular.append(f"{name[:-3]}y")
    return next((candidate for candidate in singular if candidate in keys), None)
