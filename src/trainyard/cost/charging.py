"""What each type is charged for that costs money by existing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from stacks.rules import UNKNOWN, Resource
from trainyard.cost.prices import Prices

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
CONFIGURATION = "aws:sagemaker/endpointConfiguration:EndpointConfiguration"
SCALING = "aws:appautoscaling/target:Target"
SUBNET = "aws:ec2/subnet:Subnet"
STANDARD_PERIOD_SECONDS = 60
"""An alarm that looks more often is charged at the price of high resolution."""


@dataclass(frozen=True)
class Amount:
    """A monthly amount and what it is made of."""

    monthly: float
    basis: str


@dataclass(frozen=True)
class Unpriced:
    """Why there is no amount."""

    why: str


class Situation:
    """Everything that a charge may look at.

    Args:
        resources: all of the environment.
        prices: the price file.
        region: where it is.
    """

    def __init__(self, resources: Sequence[Resource], prices: Prices, region: str) -> None:
        self._resources = resources
        self._by_urn = {each.urn: each for each in resources}
        self.prices = prices
        self.region = region

    def referred(self, resource: Resource, input: str, type_token: str) -> list[Resource]:
        """Return the resources of a type that an input was made of."""
        found = [self._by_urn[urn] for urn in resource.references.get(input, ()) if urn in self._by_urn]
        return [each for each in found if each.type == type_token]

    def of_type(self, type_token: str) -> list[Resource]:
        """Return all of a type."""
        return [each for each in self._resources if each.type == type_token]

    def amount(self, price: str, number: float, what: str, *, hourly: bool = False) -> Amount | Unpriced:
        """Return the monthly amount of `number` units."""
        unit = self.prices.of(price, self.region)
        return self._amount(unit, number, what, hourly=hourly)

    def instances(self, instance_type: str, number: int, what: str) -> Amount | Unpriced:
        """Return the monthly amount of instances behind an endpoint."""
        unit = self.prices.instance(instance_type, self.region)
        if unit is None and self.region in self.prices.regions:
            return Unpriced(f"no price of {instance_type} in {self.region}")
        return self._amount(unit, number, what, hourly=True)

    def _amount(self, unit: float | None, number: float, what: str, *, hourly: bool) -> Amount | Unpriced:
        if unit is None:
            return Unpriced(f"no prices of {self.region}, only of {', '.join(self.prices.regions)}")
        hours = self.prices.hours_per_month if hourly else 1
        return Amount(unit * number * hours, f"{what} at {unit:g} {self.prices.currency}{' an hour' if hourly else ''}")


Result = Iterator[Amount | Unpriced]
Charging = Callable[[Resource, Situation], Result]


def _each(price: str, what: str, *, hourly: bool = False) -> Charging:
    def charge(_: Resource, situation: Situation) -> Result:
        yield situation.amount(price, 1, what, hourly=hourly)

    return charge


def _endpoint(endpoint: Resource, situation: Situation) -> Result:
    """Yield an endpoint's instances: the fewest that its scaling allows, else those it starts with."""
    configurations = situation.referred(endpoint, "endpointConfigName", CONFIGURATION) or [
        each
        for each in situation.of_type(CONFIGURATION)
        if each.inputs.get("name") not in (None, UNKNOWN)
        and each.inputs.get("name") == endpoint.inputs.get("endpointConfigName")
    ]
    if not configurations:
        yield Unpriced("its configuration is not among the resources, so its instances are not known")
        return
    for variant in cast(Sequence[Mapping[str, Any]], configurations[0].inputs.get("productionVariants") or ()):
        yield _variant(endpoint, variant, situation)


def _variant(endpoint: Resource, variant: Mapping[str, Any], situation: Situation) -> Amount | Unpriced:
    if variant.get("serverlessConfig"):
        return Unpriced("a serverless variant is charged by use")
    instance_type = str(variant.get("instanceType", UNKNOWN))
    least = _least(endpoint, str(variant.get("variantName", "")), situation)
    number = variant.get("initialInstanceCount", 1) if least is None else least
    if UNKNOWN in (instance_type, number):
        return Unpriced("its instances are not known before it is applied")
    of = "at least " if least is not None else ""
    return situation.instances(instance_type, int(number), f"{of}{int(number)} × {instance_type}")


def _least(endpoint: Resource, variant: str, situation: Situation) -> Any:
    wanted = f"endpoint/{endpoint.inputs.get('name')}/variant/{variant}"
    for target in situation.of_type(SCALING):
        named = target.inputs.get("resourceId")
        refers = endpoint.urn in target.references.get("resourceId", ())
        if named == wanted or (refers and (named == UNKNOWN or str(named).endswith(f"/{variant}"))):
            return target.inputs.get("minCapacity")
    return None


def _vpc_endpoint(endpoint: Resource, situation: Situation) -> Result:
    if endpoint.inputs.get("vpcEndpointType", "Gateway") == "Gateway":
        return
    subnets = endpoint.inputs.get("subnetIds")
    zones = len(cast(list[Any], subnets)) if isinstance(subnets, list) else 0
    zones = zones or len(situation.referred(endpoint, "subnetIds", SUBNET))
    if not zones:
        yield Unpriced("its zones are not known before it is applied")
        return
    what = f"{zones} zone{'' if zones == 1 else 's'}"
    yield situation.amount("endpoint_interface_zone", zones, what, hourly=True)


def _alarm(alarm: Resource, situation: Situation) -> Result:
    """Yield an alarm: charged for each metric that it looks at; expressions cost nothing."""
    queries = cast(Sequence[Mapping[str, Any]], alarm.inputs.get("metricQueries") or ())
    metrics = [query["metric"] for query in queries if isinstance(query.get("metric"), Mapping)] or [alarm.inputs]
    periods = [metric.get("period") for metric in metrics]
    fast = any(isinstance(period, (int, float)) and period < STANDARD_PERIOD_SECONDS for period in periods)
    what = f"{len(metrics)} metric{'' if len(metrics) == 1 else 's'}{' at high resolution' if fast else ''}"
    yield situation.amount("alarm_metric_high_resolution" if fast else "alarm_metric", len(metrics), what)


def _volume(volume: Resource, situation: Situation) -> Result:
    size = volume.inputs.get("size")
    if volume.inputs.get("type", "gp2") != "gp3" or not isinstance(size, (int, float)):
        yield Unpriced("only gp3 volumes of a known size are priced")
        return
    yield situation.amount("ebs_gp3_gib", size, f"{size:g} GiB gp3")


def _database(database: Resource, situation: Situation) -> Result:
    """Yield an instance of RDS with its disk; one in a second zone costs the same again."""
    kind, size = str(database.inputs.get("instanceClass", UNKNOWN)), database.inputs.get("allocatedStorage")
    zones = 2 if database.inputs.get("multiAz") else 1
    price = f"rds_postgres_{kind}"
    if database.inputs.get("engine") != "postgres" or price not in situation.prices.prices:
        yield Unpriced(f"no price of {kind} with {database.inputs.get('engine')}")
        return
    yield situation.amount(price, zones, f"{zones} × {kind}", hourly=True)
    if isinstance(size, (int, float)):
        yield situation.amount("rds_gp3_gib", size * zones, f"{size * zones:g} GiB gp3")


def _parameter(parameter: Resource, situation: Situation) -> Result:
    if parameter.inputs.get("tier") == "Advanced":
        yield situation.amount("advanced_parameter", 1, "an advanced parameter")


CHARGES: Mapping[str, Charging] = {
    ENDPOINT: _endpoint,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _vpc_endpoint,
    "aws:kms/key:Key": _each("kms_key", "a key"),
    "aws:kms/replicaKey:ReplicaKey": _each("kms_key", "a replica key"),
    "aws:cloudwatch/metricAlarm:MetricAlarm": _alarm,
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": _each("composite_alarm", "a composite alarm"),
    "aws:cloudwatch/dashboard:Dashboard": _each("dashboard", "a dashboard"),
    "aws:secretsmanager/secret:Secret": _each("secret", "a secret"),
    "aws:ec2/natGateway:NatGateway": _each("nat_gateway", "a gateway", hourly=True),
    "aws:ec2/eip:Eip": _each("public_ipv4", "a public address", hourly=True),
    "aws:lb/loadBalancer:LoadBalancer": _each("load_balancer", "a load balancer", hourly=True),
    "aws:eks/cluster:Cluster": _each("eks_cluster", "a cluster", hourly=True),
    "aws:ebs/volume:Volume": _volume,
    "aws:rds/instance:Instance": _database,
    "aws:ssm/parameter:Parameter": _parameter,
}
"""Type -> what it is charged for."""
