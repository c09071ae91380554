"""A service with an online store: its tables, who may touch them, the way there, and who is told of it."""

import copy
import json
from functools import cache
from typing import Any

import pytest

from recommender.features.definition import SCHEMA
from stacks.outputs import ServiceOutputs
from stacks.rules import check
from tests.harness import Deployment
from tests.harness.judged import resources
from tests.harness.stack_files import STACKS, mapping
from tests.stacks.rules.test_committed_stacks import context
from tests.stacks.test_environments import committed, environment
from trainyard.cost.charging import CHARGES
from trainyard.cost.usage import BY_USE, is_free

TABLE = "trainyard_dev_recommender.customer_features_v2"


@cache
def deployed(stack: str = "dev") -> Deployment:
    services: list[dict[str, Any]] = copy.deepcopy(mapping(stack)["services"])
    services[0]["online_store"]["enabled"] = True
    return environment(stack, services=services)


def new() -> list[Any]:
    before = {each.urn for each in committed("dev").resources}
    return [each for each in deployed().resources if each.urn not in before]


def allowing(verb: str) -> dict[str, dict[str, Any]]:
    """Return the statements that allow an action on the online store, by the policy that they are in."""
    return {
        each.name: statement
        for each in deployed().of_type("RolePolicy")
        for statement in json.loads(each.inputs["policy"])["Statement"]
        if f"dynamodb:{verb}" in statement["Action"] and "Features" in statement["Sid"]
    }


def test_a_store_is_one_table_and_a_way_to_it_that_costs_nothing() -> None:
    assert sorted(each.type.rsplit(":", 1)[1] for each in new() if each.custom) == [
        "SecurityGroupEgressRule",
        "Table",
        "VpcEndpoint",
    ]
    (gateway,) = [each.inputs for each in new() if each.type.endswith(":VpcEndpoint")]
    assert (gateway["serviceName"], gateway["vpcEndpointType"]) == ("com.amazonaws.eu-west-1.dynamodb", "Gateway")


def test_jobs_write_the_table_containers_read_it_and_nobody_does_more() -> None:
    (table,) = [each for each in new() if each.type.endswith(":Table")]
    assert table.inputs["name"] == TABLE
    for verb, policy in (("PutItem", "roles-training-policy"), ("BatchGetItem", "roles-serving-policy")):
        ((name, statement),) = allowing(verb).items()
        assert name == policy
        assert statement["Action"] == [f"dynamodb:{verb}"]
        assert len(statement["Resource"]) == 1
        assert "*" not in statement["Resource"][0]
        assert statement["Condition"] == {"StringEquals": {"aws:ResourceAccount": "111111111111"}}
    for verb in ("DeleteItem", "UpdateItem", "Scan", "Query", "GetItem", "BatchWriteItem"):
        assert allowing(verb) == {}


def test_without_a_store_neither_jobs_nor_containers_may_touch_dynamodb() -> None:
    policies = {each.name: each.inputs["policy"] for each in committed("dev").of_type("RolePolicy")}
    assert not any("dynamodb" in policies[f"roles-{role}-policy"] for role in ("training", "serving"))


def test_pipelines_and_releases_are_told_of_the_store_and_of_none_where_there_is_none() -> None:
    told = ServiceOutputs.model_validate(deployed().exports["services"]["recommender"])
    assert told.online_store == "trainyard_dev_recommender"
    assert ServiceOutputs.model_validate(committed("dev").exports["services"]["recommender"]).online_store == ""


@pytest.mark.parametrize(("stack", "protected"), [("dev", False), ("prod", True)])
def test_the_protection_dial_guards_the_features(stack: str, protected: bool) -> None:
    (table,) = [each for each in deployed(stack).of_type("Table") if each.inputs["hashKey"] == "entity_id"]
    assert table.protect is protected
    assert table.inputs["deletionProtectionEnabled"] is protected


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_an_environment_with_a_store_holds_every_rule(stack: str) -> None:
    findings = check(resources(deployed(stack)), context(stack))
    assert [str(each) for each in findings.violations] == []
    assert findings.unjudged == ()


def test_all_of_it_is_known_to_the_price_list() -> None:
    types = {each.type for each in new() if each.custom}
    assert [token for token in types if not (token in CHARGES or token in BY_USE or is_free(token))] == []


@pytest.mark.parametrize("stack", STACKS)
def test_the_committed_files_name_the_schema_of_the_committed_code(stack: str) -> None:
    assert SCHEMA in mapping(stack)["services"][0]["online_store"]["feature_schemas"]
