from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from stacks.rules import UNKNOWN, Resource
from trainyard import cost

PRICES = cost.load()
CONFIG = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
SCALING = "aws:appautoscaling/target:Target"
RDS = "aws:rds/instance:Instance"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
VPC_ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"


def resource(
    type_token: str, name: str, inputs: Mapping[str, Any], references: Mapping[str, Sequence[str]] | None = None
) -> Resource:
    return Resource(urn=name, type=type_token, name=name, inputs=inputs, references=references or {})


def endpoint(
    least: Any = 2, instance_type: Any = "ml.m5.large", resource_id: str = "endpoint/live/variant/main"
) -> list[Resource]:
    variants = [{"variantName": "main", "instanceType": instance_type, "initialInstanceCount": 5}]
    scaling = resource(
        SCALING, "scaling", {"resourceId": resource_id, "minCapacity": least}, {"resourceId": ["endpoint"]}
    )
    return [
        resource(CONFIG, "config", {"name": UNKNOWN, "productionVariants": variants}),
        resource(
            ENDPOINT, "endpoint", {"name": "live", "endpointConfigName": UNKNOWN}, {"endpointConfigName": ["config"]}
        ),
        *([scaling] if least is not None else []),
    ]


def estimate(*resources: Resource, region: str = "eu-west-1") -> cost.Estimate:
    return cost.estimate(resources, PRICES, region)


def not_priced(*resources: Resource, region: str = "eu-west-1") -> list[tuple[str, str]]:
    return [(each.name, each.why) for each in estimate(*resources, region=region).not_priced]


@pytest.mark.parametrize("resource_id", ["endpoint/live/variant/main", UNKNOWN])
def test_an_endpoint_costs_the_fewest_instances_that_its_scaling_allows(resource_id: str) -> None:
    assert estimate(*endpoint(2, resource_id=resource_id)).total == round(2 * 0.128 * 730, 2)


def test_an_endpoint_without_scaling_costs_the_instances_it_starts_with() -> None:
    assert estimate(*endpoint(None)).total == round(5 * 0.128 * 730, 2)


def test_scaling_of_another_endpoint_is_not_taken_for_its_own() -> None:
    other = resource(SCALING, "other", {"resourceId": "endpoint/other/variant/main", "minCapacity": 9})
    assert estimate(*endpoint(None), other).total == round(5 * 0.128 * 730, 2)


def test_a_higher_maximum_costs_nothing_and_a_higher_minimum_does() -> None:
    before, after = estimate(*endpoint(2)), estimate(*endpoint(3))
    compared = cost.compare(before, after, PRICES, "eu-west-1")
    assert (compared.difference, compared.rows[0].name) == (round(0.128 * 730, 2), "endpoint")
    assert compared.rows[0].basis == (
        "at least 2 × ml.m5.large at 0.128 USD an hour → at least 3 × ml.m5.large at 0.128 USD an hour"
    )


@pytest.mark.parametrize(
    ("resources", "why"),
    [
        (endpoint(instance_type="ml.x9.huge"), "no price of ml.x9.huge in eu-west-1"),
        (endpoint(instance_type=UNKNOWN), "its instances are not known before it is applied"),
        (endpoint(least=UNKNOWN), "its instances are not known before it is applied"),
        (endpoint()[1:], "its configuration is not among the resources, so its instances are not known"),
    ],
)
def test_an_endpoint_that_cannot_be_priced_is_named(resources: list[Resource], why: str) -> None:
    assert not_priced(*resources) == [("endpoint", why)]


def test_a_serverless_variant_is_charged_by_use() -> None:
    config, live, _ = endpoint()
    variants = [{"variantName": "main", "serverlessConfig": {"maxConcurrency": 1}}]
    config = resource(CONFIG, "config", {**config.inputs, "productionVariants": variants})
    assert not_priced(config, live) == [("endpoint", "a serverless variant is charged by use")]


def test_a_region_without_prices_is_said_and_costs_nothing_silently() -> None:
    key = resource("aws:kms/key:Key", "key", {})
    assert not_priced(key, region="mars-1") == [("key", "no prices of mars-1, only of eu-west-1, us-east-1")]
    assert not_priced(*endpoint(), region="mars-1")[0][0] == "endpoint"


@pytest.mark.parametrize(
    "type_token", ["aws:rds/cluster:Cluster", "aws:mwaa/environment:Environment", "aws:new/thing:Thing"]
)
def test_a_type_without_a_price_is_named_never_taken_for_free(type_token: str) -> None:
    assert not_priced(resource(type_token, "it", {})) == [("it", "trainyard has no price of this type")]


def test_a_database_of_a_class_without_a_price_is_named() -> None:
    database = resource(RDS, "shop", {"engine": "postgres", "instanceClass": "db.r9g.huge"})
    assert not_priced(database) == [("shop", "no price of db.r9g.huge with postgres")]


def test_interface_endpoints_cost_by_zone_also_before_the_subnets_are_known() -> None:
    subnets = [resource("aws:ec2/subnet:Subnet", name, {}) for name in ("a", "b", "c")]
    for inputs in ({"subnetIds": ["x", UNKNOWN, "z"]}, {"subnetIds": UNKNOWN}):
        made_of = {"subnetIds": ["a", "b", "c"]}
        interface = resource(VPC_ENDPOINT, "kms", {"vpcEndpointType": "Interface", **inputs}, made_of)
        assert estimate(*subnets, interface).total == round(3 * 0.011 * 730, 2)


def test_gateway_endpoints_cost_nothing() -> None:
    gateway = resource(VPC_ENDPOINT, "s3", {"vpcEndpointType": "Gateway"})
    assert (estimate(gateway).total, estimate(gateway).not_priced) == (0, ())


@pytest.mark.parametrize(
    ("inputs", "monthly"),
    [
        ({"metricName": "x", "period": 60}, 0.1),
        ({"metricName": "x", "period": 10}, 0.3),
        ({"metricQueries": [{"metric": {"period": 60}}, {"metric": {"period": 60}}, {"expression": "a/b"}]}, 0.2),
        ({"metricQueries": [{"metric": {"period": 10}}, {"expression": "a"}]}, 0.3),
    ],
)
def test_alarms_cost_by_metric_and_resolution(inputs: Mapping[str, Any], monthly: float) -> None:
    assert estimate(resource(ALARM, "alarm", inputs)).total == monthly


@pytest.mark.parametrize(
    ("type_token", "inputs", "monthly"),
    [
        ("aws:kms/key:Key", {}, 1),
        ("aws:cloudwatch/dashboard:Dashboard", {}, 3),
        ("aws:secretsmanager/secret:Secret", {}, 0.4),
        (RDS, {"engine": "postgres", "instanceClass": "db.t4g.micro"}, round(0.017 * 730, 2)),
        (
            RDS,
            {"engine": "postgres", "instanceClass": "db.t4g.micro", "allocatedStorage": 20, "multiAz": True},
            round(2 * (0.017 * 730 + 0.127 * 20), 2),
        ),
        ("aws:ec2/natGateway:NatGateway", {}, round(0.048 * 730, 2)),
        ("aws:ebs/volume:Volume", {"type": "gp3", "size": 100}, 8.8),
        ("aws:ssm/parameter:Parameter", {"tier": "Advanced"}, 0.05),
        ("aws:ssm/parameter:Parameter", {"tier": "Standard"}, 0),
        ("aws:iam/role:Role", {}, 0),
        ("trainyard:infra:Box", {}, 0),
    ],
)
def test_what_exists_costs_its_price(type_token: str, inputs: Mapping[str, Any], monthly: float) -> None:
    found = estimate(resource(type_token, "it", inputs))
    assert (found.total, found.not_priced) == (monthly, ())


def test_what_is_charged_by_use_is_listed_once() -> None:
    buckets = [resource("aws:s3/bucket:Bucket", name, {}) for name in "ab"]
    assert estimate(*buckets).not_included == ("S3: storage, earlier versions, requests",)


def test_what_goes_is_a_saving() -> None:
    gateway = resource("aws:ec2/natGateway:NatGateway", "nat", {})
    compared = cost.compare(estimate(gateway), estimate(), PRICES, "eu-west-1")
    assert (compared.before, compared.after, compared.difference) == (35.04, 0, -35.04)


def test_every_price_names_its_unit_its_page_and_how_it_was_read_for_both_regions() -> None:
    for name, price in PRICES.prices.items():
        assert price.unit, name
        assert price.source.startswith("https://aws.amazon.com/"), name
        assert price.obtained, name
        assert set(price.regions) == {"eu-west-1", "us-east-1"}, name
        assert min(price.regions.values()) > 0, name
    assert PRICES.regions == ["eu-west-1", "us-east-1"]
    assert PRICES.currency == "USD"


def test_the_default_instance_types_have_prices_in_both_regions() -> None:
    for region in PRICES.regions:
        for instance_type in ("ml.m5.large", "ml.m5.xlarge", "ml.g4dn.xlarge"):
            assert PRICES.instance(instance_type, region), (region, instance_type)
