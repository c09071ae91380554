import pytest

from infra.network import Network, NetworkArgs, subnets
from infra.vpc_services import VpcServices
from tests.harness import Deployment, deploy

SERVICES = VpcServices(gateways=("s3",), interfaces=("ecr.api", "logs"))


def deployed(*zones: str, services: VpcServices = SERVICES) -> Deployment:
    args = NetworkArgs(cidr="10.10.0.0/16", zones=zones, region="eu-west-1", services=services)
    return deploy(lambda: Network("network", args))


def test_there_is_a_private_subnet_a_zone_on_one_route_table() -> None:
    deployment = deployed("eu-west-1a", "eu-west-1c")
    subnets_ = deployment.of_type("Subnet")
    assert [each.inputs["availabilityZone"] for each in subnets_] == ["eu-west-1a", "eu-west-1c"]
    assert not any(each.inputs["mapPublicIpOnLaunch"] for each in subnets_)
    assert len(deployment.of_type("RouteTableAssociation")) == 2


def test_nothing_leads_to_the_internet() -> None:
    deployment = deployed("eu-west-1a")
    assert not [each for each in deployment.resources if "Gateway:" in each.type or each.type.endswith(":Route")]
    assert "routes" not in deployment.one("RouteTable").inputs
    assert not [each for each in deployment.of_type("SecurityGroupEgressRule") if "cidrIpv4" in each.inputs]


def test_the_default_group_lets_nothing_through() -> None:
    default = deployed("eu-west-1a").one("DefaultSecurityGroup")
    assert "ingress" not in default.inputs
    assert "egress" not in default.inputs


def test_workloads_reach_each_other_and_the_gateways_only() -> None:
    deployment = deployed("eu-west-1a")
    (ingress,) = deployment.of_type("SecurityGroupIngressRule")
    assert ingress.inputs["referencedSecurityGroupId"] == ingress.inputs["securityGroupId"] == "network-workloads-id"
    among, to_s3 = sorted(deployment.of_type("SecurityGroupEgressRule"), key=lambda rule: "prefixListId" in rule.inputs)
    assert among.inputs["referencedSecurityGroupId"] == "network-workloads-id"
    assert to_s3.inputs["prefixListId"] == "pl-network-endpoints-s3"
    assert (to_s3.inputs["ipProtocol"], to_s3.inputs["fromPort"], to_s3.inputs["toPort"]) == ("tcp", 443, 443)


def test_each_service_has_its_endpoint() -> None:
    endpoints = {each.inputs["serviceName"]: each.inputs for each in deployed("eu-west-1a").of_type("VpcEndpoint")}
    assert set(endpoints) == {f"com.amazonaws.eu-west-1.{service}" for service in ("s3", "ecr.api", "logs")}
    gateway = endpoints["com.amazonaws.eu-west-1.s3"]
    assert gateway["vpcEndpointType"] == "Gateway"
    assert gateway["routeTableIds"] == ["network-routes-id"]
    interface = endpoints["com.amazonaws.eu-west-1.ecr.api"]
    assert interface["vpcEndpointType"] == "Interface"
    assert interface["privateDnsEnabled"] is True
    assert interface["subnetIds"] == ["network-private-a-id"]
    assert interface["securityGroupIds"] == ["network-workloads-id"]


def test_services_answer_under_their_own_names() -> None:
    vpc = deployed("eu-west-1a").one("Vpc").inputs
    assert vpc["enableDnsSupport"] is vpc["enableDnsHostnames"] is True


def test_another_zone_moves_no_subnet() -> None:
    few = dict(subnets("10.10.0.0/16", ["eu-west-1a", "eu-west-1c"]))
    more = dict(subnets("10.10.0.0/16", ["eu-west-1a", "eu-west-1b", "eu-west-1c"]))
    assert few.items() <= more.items()
    assert len(set(more.values())) == 3


def test_a_network_has_a_zone() -> None:
    with pytest.raises(ValueError, match="zones has 0 entries"):
        deployed()
