"""What the bridged provider knows of a property: whether it is computed, sensitive, or a set.

Reads the answer of Terraform's `providers schema -json`, trimmed to `{type: {attributes, blocks}}`.
"""

import re
from typing import Any

Block = dict[str, Any]

# Where neither aws_<module>_<class> nor aws_<class> is the name.
EXCEPTIONS = {
    "aws:cloudwatch/logSubscriptionFilter:LogSubscriptionFilter": "aws_cloudwatch_log_subscription_filter",
    "aws:cfg/rule:Rule": "aws_config_config_rule",
    "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
    "aws:s3/bucketObject:BucketObject": "aws_s3_bucket_object",
    "aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock": "aws_s3_account_public_access_block",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "aws_route_table_association",
    "aws:ec2transitgateway/transitGateway:TransitGateway": "aws_ec2_transit_gateway",
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": "aws_kinesis_firehose_delivery_stream",
    "aws:rds/instance:Instance": "aws_db_instance",
    "aws:scheduler/schedule:Schedule": "aws_scheduler_schedule",
    "aws:amp/workspace:Workspace": "aws_prometheus_workspace",
    "aws:amp/alertManagerDefinition:AlertManagerDefinition": "aws_prometheus_alert_manager_definition",
    "aws:amp/ruleGroupNamespace:RuleGroupNamespace": "aws_prometheus_rule_group_namespace",
    "aws:amp/scraper:Scraper": "aws_prometheus_scraper",
    "aws:cloudtrail/trail:Trail": "aws_cloudtrail",
    "aws:ec2/eip:Eip": "aws_eip",
    "aws:ebs/volume:Volume": "aws_ebs_volume",
    "aws:s3control/bucket:Bucket": "aws_s3control_bucket",
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
