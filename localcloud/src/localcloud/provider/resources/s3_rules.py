"""Lifecycle rules and notification targets: where the API nests what Pulumi keeps flat."""

from typing import Any

_LISTS = {
    "queues": "QueueConfigurations",
    "topics": "TopicConfigurations",
    "lambdaFunctions": "LambdaFunctionConfigurations",
}


def notification_to_api(own: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a notification configuration."""
    found: dict[str, Any] = {"EventBridgeConfiguration": {}} if own.get("eventbridge") else {}
    for key, member in _LISTS.items():
        if own.get(key):
            found[member] = [_target_to_api(entry) for entry in own[key]]
    return found


def _target_to_api(entry: dict[str, Any]) -> dict[str, Any]:
    found = {key: value for key, value in entry.items() if key not in ("filterPrefix", "filterSuffix")}
    rules = [
        {"Name": name, "Value": entry[key]}
        for name, key in (("prefix", "filterPrefix"), ("suffix", "filterSuffix"))
        if entry.get(key)
    ]
    return {**found, "Filter": {"Key": {"FilterRules": rules}}} if rules else found


def notification_from_api(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer as properties: what goes where, with its prefix and suffix."""
    found: dict[str, Any] = {"eventbridge": True} if "EventBridgeConfiguration" in answer else {}
    for key, member in _LISTS.items():
        if answer.get(member):
            found[key] = [_target_from_api(entry) for entry in answer[member]]
    return found


def _target_from_api(entry: dict[str, Any]) -> dict[str, Any]:
    rules = entry.get("Filter", {}).get("Key", {}).get("FilterRules", [])
    return {**entry, **{f"Filter{rule['Name'].title()}": rule["Value"] for rule in rules}}


def lifecycle_to_api(own: dict[str, Any]) -> dict[str, Any]:
    """Return the parameters of a lifecycle configuration."""
    return {"Rules": [_rule_to_api(rule) for rule in own.get("rules") or []]}


def _rule_to_api(rule: dict[str, Any]) -> dict[str, Any]:
    found = dict(rule)
    chosen = found.pop("filter", None) or {}
    if chosen.get("and"):
        both = dict(chosen["and"])
        tags = [{"Key": key, "Value": value} for key, value in (both.pop("tags", None) or {}).items()]
        chosen = {"and": {**both, **({"Tags": tags} if tags else {})}}
    if found.get("prefix") is None:
        found["Filter"] = chosen or {"Prefix": ""}
    return found


def lifecycle_from_api(answer: dict[str, Any]) -> dict[str, Any]:
    """Return an answer with the tags of its filters as a mapping."""
    rules: list[dict[str, Any]] = []
    for rule in answer.get("Rules", []):
        chosen = dict(rule.get("Filter") or {})
        if "And" in chosen:
            tags = {tag["Key"]: tag["Value"] for tag in chosen["And"].get("Tags", [])}
            chosen = {"And": {**chosen["And"], "Tags": tags}}
        rules.append({**rule, "Filter": chosen})
    return {"Rules": rules} if rules else {}
