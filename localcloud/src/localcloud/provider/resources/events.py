"""EventBridge rules and their targets."""

import secrets

from localcloud.provider import schema
from localcloud.provider.errors import ProviderError
from localcloud.provider.naming import Naming
from localcloud.provider.resource import Resource, given
from localcloud.provider.session import Session, region_of
from localcloud.provider.shapes import properties, request
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_TAGS = Tagging(target="ResourceARN")


def _put_rule(session: Session, props: Props, tagged: bool) -> str:
    params = given(
        props,
        Name="name",
        Description="description",
        EventBusName="eventBusName",
        EventPattern="eventPattern",
        ScheduleExpression="scheduleExpression",
        RoleArn="roleArn",
        State="state",
    )
    if props.get("isEnabled") is not None:
        params["State"] = "ENABLED" if props["isEnabled"] else "DISABLED"
    if tagged and props["tagsAll"]:
        params["Tags"] = _TAGS.encode(props["tagsAll"])
    session.client("events", region_of(props)).put_rule(**params)
    return (
        props["name"] if props.get("eventBusName") in (None, "default") else f"{props['eventBusName']}/{props['name']}"
    )


def _bus_and_name(resource_id: str) -> tuple[str, str]:
    bus, _, name = resource_id.rpartition("/")
    return bus or "default", name


def _read_rule(session: Session, resource_id: str, state: Props) -> Props | None:
    events = session.client("events", region_of(state))
    bus, name = _bus_and_name(resource_id)
    found = events.describe_rule(Name=name, EventBusName=bus)
    told = {
        "name": name,
        "arn": found["Arn"],
        "eventBusName": found.get("EventBusName", bus),
        "description": found.get("Description") or None,
        "eventPattern": found.get("EventPattern"),
        "scheduleExpression": found.get("ScheduleExpression") or None,
        "roleArn": found.get("RoleArn"),
        "state": found["State"],
    }
    if state.get("isEnabled") is not None:
        told["isEnabled"] = found["State"] != "DISABLED"
    return {**told, "tagsAll": _TAGS.read(events, name, told)}


def _update_rule(session: Session, resource_id: str, state: Props, props: Props, changed: frozenset[str]) -> None:
    if changed - {"tags", "tagsAll"}:
        _put_rule(session, props, tagged=False)
    if changed & {"tags", "tagsAll"}:
        _TAGS.change(session.client("events", region_of(state)), resource_id, state, props["tagsAll"])


def _delete_rule(session: Session, resource_id: str, state: Props) -> None:
    bus, name = _bus_and_name(resource_id)
    session.client("events", region_of(state)).delete_rule(Name=name, EventBusName=bus)


_TARGET_RENAME = {
    "targetId": "Id",
    "inputTransformer": "InputTransformer",
    "inputPaths": "InputPathsMap",
    "sqsTarget": "SqsParameters",
    "sagemakerPipelineTarget": "SageMakerPipelineParameters",
    "pipelineParameterLists": "PipelineParameterList",
    "kinesisTarget": "KinesisParameters",
    "httpTarget": "HttpParameters",
    "batchTarget": "BatchParameters",
}
_TARGET_OURS = frozenset({"rule", "eventBusName", "forceDestroy", "region"})


def _put_target(session: Session, props: Props) -> str:
    events = session.client("events", region_of(props))
    target = props.get("targetId") or f"pulumi-{secrets.token_hex(8)}"
    wanted = {key: value for key, value in {**props, "targetId": target}.items() if key not in _TARGET_OURS}
    entry = request(events, "PutTargets", {"targets": [wanted]}, rename=_TARGET_RENAME, skip=frozenset())["Targets"]
    bus = props.get("eventBusName") or "default"
    answer = events.put_targets(Rule=props["rule"], EventBusName=bus, Targets=entry)
    for failed in answer.get("FailedEntries", []):
        raise ProviderError(f"target {target!r} of rule {props['rule']!r}: {failed.get('ErrorMessage')}")
    return f"{props['rule']}-{target}" if bus == "default" else f"{bus}-{props['rule']}-{target}"


def _read_target(session: Session, resource_id: str, state: Props) -> Props | None:
    events = session.client("events", region_of(state))
    bus, rule = state.get("eventBusName") or "default", state["rule"]
    target = state.get("targetId") or resource_id.removeprefix(f"{bus}-").removeprefix(f"{rule}-")
    answer = events.list_targets_by_rule(Rule=rule, EventBusName=bus)["Targets"]
    found = next((one for one in answer if one["Id"] == target), None)
    if found is None:
        return None
    fields = schema.resource_type("aws:cloudwatch/eventTarget:EventTarget").inputs
    return {**properties(fields, found, rename=_TARGET_RENAME), "rule": rule, "eventBusName": bus, "targetId": target}


def _remove_target(session: Session, resource_id: str, state: Props) -> None:
    session.client("events", region_of(state)).remove_targets(
        Rule=state["rule"], EventBusName=state.get("eventBusName") or "default", Ids=[state["targetId"]]
    )


ROWS = (
    Resource(
        token="aws:cloudwatch/eventRule:EventRule",
        naming=Naming(longest=64),
        create=lambda session, props: _put_rule(session, props, tagged=True),
        read=_read_rule,
        update=_update_rule,
        delete=_delete_rule,
        documents=frozenset({"eventPattern"}),
        defaults={"eventBusName": "default"},
    ),
    Resource(
        token="aws:cloudwatch/eventTarget:EventTarget",
        create=_put_target,
        read=_read_target,
        update=lambda session, resource_id, state, props, changed: _put_target(
            session, {**props, "targetId": state["targetId"]}
        ),
        delete=_remove_target,
        documents=frozenset({"input"}),
        defaults={"eventBusName": "default", "forceDestroy": False},
    ),
)
