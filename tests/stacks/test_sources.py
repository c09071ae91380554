"""A service that reads a database: the secret, the way to it, who may open it, and a managed database."""

import copy
import json
from functools import cache
from typing import Any

import pytest

from stacks.outputs import ServiceOutputs
from stacks.rules import check
from tests.harness import Deployment
from tests.harness.judged import resources
from tests.harness.stack_files import mapping
from tests.stacks.rules.test_committed_stacks import context
from tests.stacks.test_environments import committed, environment
from trainyard.cost.charging import CHARGES
from trainyard.cost.usage import is_free

RETAILER = {"type": "database", "cidr": "10.200.3.0/28", "peering_connection": "pcx-0123456789abcdef0"}


@cache
def deployed(stack: str = "dev", *, managed: bool = False) -> Deployment:
    services: list[dict[str, Any]] = copy.deepcopy(mapping(stack)["services"])
    source = services[0]["source"]
    source.update({"type": "database"} if managed else RETAILER)
    source["managed"]["enabled"] = managed
    return environment(stack, services=services)


def new(managed: bool, stack: str = "dev") -> list[Any]:
    before = {each.urn for each in committed(stack).resources}
    return [each for each in deployed(stack, managed=managed).resources if each.urn not in before]


def test_a_retailers_database_is_reached_by_one_rule_and_one_route() -> None:
    assert {each.type.rsplit(":", 1)[1] for each in new(False) if each.custom} == {
        "Secret",
        "SecretPolicy",
        "SecurityGroupEgressRule",
        "Route",
        "VpcEndpoint",
    }
    (rule,) = [each for each in deployed().of_type("SecurityGroupEgressRule") if "cidrIpv4" in each.inputs]
    assert rule.inputs["cidrIpv4"] == "10.200.3.0/28"
    assert (rule.inputs["ipProtocol"], rule.inputs["fromPort"], rule.inputs["toPort"]) == ("tcp", 5432, 5432)
    route = deployed().one("Route").inputs
    assert (route["destinationCidrBlock"], route["vpcPeeringConnectionId"]) == (
        "10.200.3.0/28",
        "pcx-0123456789abcdef0",
    )


def test_secrets_are_fetched_without_leaving_the_network() -> None:
    services = {each.inputs["serviceName"] for each in deployed().of_type("VpcEndpoint")}
    assert "com.amazonaws.eu-west-1.secretsmanager" in services


def test_the_secret_has_no_value_and_refuses_other_accounts() -> None:
    assert deployed().of_type("SecretVersion") == []
    assert deployed().one("Secret").inputs["name"] == "trainyard/dev/recommender/source"
    (deny,) = json.loads(deployed().one("SecretPolicy").inputs["policy"])["Statement"]
    assert (deny["Effect"], deny["Principal"]) == ("Deny", {"AWS": "*"})
    assert deny["Condition"] == {"StringNotEquals": {"aws:PrincipalAccount": "111111111111"}}


def test_only_jobs_may_open_the_database() -> None:
    policies = {each.name: each.inputs["policy"] for each in deployed().of_type("RolePolicy")}
    assert [name for name, policy in policies.items() if "secretsmanager" in policy] == ["roles-training-policy"]
    statements = json.loads(policies["roles-training-policy"])["Statement"]
    (opening,) = [each for each in statements if each["Sid"] == "OpenSources"]
    assert opening["Action"] == ["secretsmanager:GetSecretValue"]
    assert len(opening["Resource"]) == 1
    assert "*" not in opening["Resource"]


def test_where_the_orders_come_from_is_told_to_the_pipeline() -> None:
    outputs = ServiceOutputs.model_validate(deployed().exports["services"]["recommender"])
    assert (outputs.source.type, outputs.source.table) == ("database", "public.order_lines")
    assert outputs.source.secret_arn in deployed().named("roles-training-policy").inputs["policy"]


def test_a_managed_database_is_encrypted_private_and_speaks_tls_only() -> None:
    database = deployed(managed=True).one("rds/instance:Instance").inputs
    assert database["storageEncrypted"] is True
    assert database["publiclyAccessible"] is False
    assert database["manageMasterUserPassword"] is True
    assert "password" not in database
    (parameter,) = deployed(managed=True).one("ParameterGroup").inputs["parameters"]
    assert (parameter["name"], parameter["value"]) == ("rds.force_ssl", "1")


@pytest.mark.parametrize(("stack", "protected"), [("dev", False), ("prod", True)])
def test_the_protection_dial_guards_a_managed_database(stack: str, protected: bool) -> None:
    database = deployed(stack, managed=True).one("rds/instance:Instance")
    assert database.protect is protected
    assert database.inputs["deletionProtection"] is protected
    assert database.inputs["skipFinalSnapshot"] is not protected


@pytest.mark.parametrize("managed", [False, True])
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_environment_with_a_database_holds_every_rule(stack: str, managed: bool) -> None:
    findings = check(resources(deployed(stack, managed=managed)), context(stack))
    assert [str(each) for each in findings.violations] == []
    assert findings.unjudged == ()


@pytest.mark.parametrize("managed", [False, True])
def test_all_of_it_is_known_to_the_price_list(managed: bool) -> None:
    types = {each.type for each in new(managed) if each.custom}
    assert [token for token in types if token not in CHARGES and not is_free(token)] == []
