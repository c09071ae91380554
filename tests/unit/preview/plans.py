"""Documents as the engine writes them: true ones, trimmed, and built ones for what is hard to provoke."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from stacks.rules import Findings
from stacks.settings import Settings, parse
from trainyard import cost
from trainyard.preview import Report, read_plan, report

FOLDER = Path(__file__).parent / "documents"
STACK = "urn:pulumi:dev::trainyard::pulumi:pulumi:Stack::trainyard-dev"
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
PROVIDER = "urn:pulumi:dev::trainyard::pulumi:providers:aws::aws"


def true_document(name: str) -> dict[str, Any]:
    """Return what pulumi 3.259 wrote, with most of what does not change and a few keys left out."""
    return json.loads((FOLDER / f"{name}.json").read_text())


def urn(type_token: str, name: str, *inside: str) -> str:
    """Return a URN; `inside` are the types of the components around it."""
    return f"urn:pulumi:dev::trainyard::{'$'.join([*inside, type_token])}::{name}"


def state(address: str, inputs: Mapping[str, Any] | None = None, *, parent: str = STACK, **more: Any) -> dict[str, Any]:
    """Return one side of a step."""
    type_token = address.split("::")[2].rpartition("$")[2]
    custom = not type_token.startswith("trainyard:")
    provider = {"provider": f"{PROVIDER}::id"} if custom else {}
    body = {"urn": address, "custom": custom, "type": type_token, "parent": parent, **provider}
    return {**body, **({"inputs": dict(inputs)} if inputs is not None else {}), **more}


def step(
    op: str, old: Mapping[str, Any] | None = None, new: Mapping[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    """Return one step; which resource it is of follows from its sides."""
    sides = {**({"oldState": old} if old else {}), **({"newState": new} if new else {})}
    return {"op": op, "urn": (new or old or {})["urn"], **sides, "detailedDiff": None, **more}


def component(name: str, type_token: str = "trainyard:infra:Box", parent: str = STACK) -> dict[str, Any]:
    """Return the step of a component that stays."""
    side = state(urn(type_token, name), parent=parent)
    return step("same", side, side)


def provider(op: str = "same") -> dict[str, Any]:
    """Return the step of the provider whose tags all resources carry."""
    tags = {"tags": {"project": "trainyard", "environment": "dev", "managed-by": "pulumi"}}
    settings = {"allowedAccountIds": '["000000000001"]', "defaultTags": json.dumps(tags), "region": "eu-west-1"}
    side = {**state(PROVIDER, settings), "provider": ""}
    return step(op, side, side)


def document(*steps: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Return a document."""
    return {"steps": [provider(), *steps], "diagnostics": [], "duration": 1, **more}


def settings() -> Settings:
    """Return dev's settings, in an account of the local target."""
    file = Path(__file__).parents[3] / "Pulumi.dev.yaml"
    dials = {key.removeprefix("trainyard:"): value for key, value in yaml.safe_load(file.read_text())["config"].items()}
    return parse(dials | {"account": "000000000001"}, file.name)


def prices() -> cost.Prices:
    """Return prices of round numbers, so that reports do not change with the price file."""
    hosting = {"unit": "", "source": "", "obtained": "", "regions": {"eu-west-1": {"ml.m5.large": 0.1}}}
    price = {"unit": "", "source": "", "obtained": "", "regions": {"eu-west-1": 1.0}}
    return cost.Prices.model_validate(
        cost.load().model_dump()
        | {"date": "2026-01-01", "hosting": hosting, "prices": dict.fromkeys(cost.load().prices, price)}
    )


def told(content: Mapping[str, Any], *roots: str, findings: Findings | None = None) -> Report:
    """Return the report of a document, with round prices and with what three rules are said to have found."""
    plan = read_plan(content, roots)
    before, after = (cost.estimate(each, prices(), "eu-west-1") for each in (plan.before, plan.after))
    compared = cost.compare(before, after, prices(), "eu-west-1")
    return report(plan, findings or Findings(), compared, "dev", 3)
