import copy
from collections.abc import Callable
from typing import Any

import pytest

from stacks.settings import SettingsError, parse
from tests.harness.stack_files import STACKS, mapping

FILE = "Pulumi.dev.yaml"


def refusal(change: Callable[[dict[str, Any]], object]) -> str:
    """Return how the dev file is refused after a change."""
    changed = copy.deepcopy(mapping("dev"))
    change(changed)
    with pytest.raises(SettingsError) as refused:
        parse(changed, FILE)
    assert str(refused.value).endswith(f". Change it in {FILE}.")
    assert "\n" not in str(refused.value)
    return str(refused.value)


def service(tree: dict[str, Any], group: str) -> dict[str, Any]:
    return tree["services"][0][group]


def own_app(tree: dict[str, Any]) -> dict[str, Any]:
    return tree["tracking"]["managed"]


def night(tree: dict[str, Any]) -> dict[str, Any]:
    return service(tree, "serving")["night"]


@pytest.mark.parametrize("stack", STACKS)
def test_every_committed_file_holds_legal_settings(stack: str) -> None:
    assert parse(mapping(stack), f"Pulumi.{stack}.yaml").services[0].name == "recommender"


def test_an_unknown_key_is_named_with_the_one_it_resembles() -> None:
    assert refusal(lambda tree: tree["network"].update(zonse=["a"])) == (
        "trainyard:network.zonse is ['a'], but there is no such setting; did you mean 'zones'? "
        "Allowed here: cidr, zones. Change it in Pulumi.dev.yaml."
    )


def test_a_misspelt_key_is_called_unknown_rather_than_missing() -> None:
    def misspell(tree: dict[str, Any]) -> None:
        tree["regoin"] = tree.pop("region")

    text = refusal(misspell)
    assert text.startswith("trainyard:regoin is 'eu-west-1', but there is no such setting; did you mean 'region'?")
    assert "(and 1 more)" in text


def test_an_unknown_key_far_from_all_others_lists_what_is_allowed() -> None:
    text = refusal(lambda tree: tree.update(xyzzy=1))
    assert "did you mean" not in text
    assert "Allowed here: account, region, deletion_protection, approved_instance_types, network" in text


def test_a_wrong_type_is_named_with_value_type_and_meaning() -> None:
    text = refusal(lambda tree: service(tree, "serving").update(instance_count="two"))
    assert text.startswith("trainyard:services[0].serving.instance_count is 'two'; it should be a valid integer")
    assert "Of the first day" in text


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda t: t.update(account="12"), r"trainyard:account is '12'; it should match pattern '^\d{12}$'"),
        (lambda t: t.update(region="europe"), "trainyard:region is 'europe'; it should match pattern"),
        (lambda t: t.pop("region"), "trainyard:region is missing (The AWS region"),
        (lambda t: t.update(deletion_protection="perhaps"), "trainyard:deletion_protection is 'perhaps'; it should be"),
        (
            lambda t: t.update(approved_instance_types=[]),
            "trainyard:approved_instance_types is []; it should have at least 1 item after validation, not 0",
        ),
        (
            lambda t: t.update(approved_instance_types=["ml.m5.large", "m5.xlarge"]),
            "trainyard:approved_instance_types[1] is 'm5.xlarge'; it should match pattern",
        ),
        (
            lambda t: t.update(permissions_boundary="arn:aws:iam::111111111111:policy/mine"),
            "trainyard:permissions_boundary is 'arn:aws:iam::111111111111:policy/mine'; it should match pattern",
        ),
        (
            lambda t: t["services"][0].update(approvals_required=3),
            "trainyard:services[0].approvals_required is 3; it should be 0, 1 or 2",
        ),
        (
            lambda t: t["images"].update(lent_to=["12"]),
            r"trainyard:images.lent_to[0] is '12'; it should match pattern '^\d{12}$'",
        ),
        (
            lambda t: t["images"].update(borrowed_from=[t["account"]]),
            "images.lent_to and images.borrowed_from name other accounts",
        ),
        (lambda t: t.update(network=3), "trainyard:network is 3; it should be a mapping of keys to values"),
        (lambda t: t["network"].update(cidr="10.0.0.1/16"), "trainyard:network.cidr is '10.0.0.1/16'; a range such as"),
        (lambda t: t["network"].update(cidr="10.0.0.0/28"), "a /16 to a /20 is allowed"),
        (lambda t: t["network"].update(zones=["a", "a"]), "each zone is named once"),
        (lambda t: t["network"].update(zones=["eu-west-1a"]), "trainyard:network.zones[0] is 'eu-west-1a'"),
        (lambda t: t["retention"].update(container_log_days=8), "trainyard:retention.container_log_days is 8"),
        (lambda t: t["retention"].update(key_deletion_days=6), "is 6; it should be greater than or equal to 7"),
        (lambda t: t["people"].update(approvers="me"), "trainyard:people.approvers is 'me'; it should be a valid list"),
        (lambda t: t["tracking"].update(uri="mlflow:5000"), "trainyard:tracking.uri is 'mlflow:5000'; it should match"),
        (
            lambda t: t["tracking"].update(uri="https://me:secret@mlflow.example.com"),
            "trainyard:tracking.uri is",
        ),
        (
            lambda t: t["tracking"].update(uri="arn:aws:sagemaker:eu-west-1:999999999999:mlflow-app/app-1"),
            "of account 999999999999; only ARNs of account 111111111111 are allowed",
        ),
        (
            lambda t: (t["tracking"].update(uri="https://mlflow.example.com"), own_app(t).update(enabled=True)),
            "trainyard:tracking does not hold together: runs are told to uri, or to the managed app",
        ),
        (
            lambda t: t["tracking"].update(endpoint_service="vpce-svc-1"),
            "trainyard:tracking.endpoint_service is 'vpce-svc-1'; it should match pattern",
        ),
        (
            lambda t: t["tracking"].update(endpoint_service="aws.sagemaker.eu-west-1.experiments"),
            "endpoint_service leads to uri or to the managed app, and there is neither",
        ),
        (
            lambda t: own_app(t).update(weekly_maintenance="SUN:12:00"),
            "trainyard:tracking.managed.weekly_maintenance is 'SUN:12:00'; it should match pattern",
        ),
        (lambda t: t["notifications"].update(emails=["me"]), "trainyard:notifications.emails[0] is 'me'"),
        (lambda t: t.update(services=[]), "trainyard:services is []; it should have at least 1 item"),
        (lambda t: t.update(services=t["services"] * 2), "each entry of services has a name of its own"),
        (lambda t: t["services"][0].update(name="Recommender"), "trainyard:services[0].name is 'Recommender'"),
        (lambda t: service(t, "serving").update(instance_type="m5"), "services[0].serving.instance_type is 'm5'"),
        (
            lambda t: service(t, "serving").update(instance_count=9),
            "trainyard:services[0].serving does not hold together: minimum_instances <= instance_count",
        ),
        (lambda t: service(t, "serving").update(capture_percent=101), "less than or equal to 100"),
        (
            lambda t: service(t, "strategy").update(type="bluegreen"),
            "it should be 'all_at_once', 'canary', 'linear' or",
        ),
        (lambda t: service(t, "strategy").update(canary_percent=51), "less than or equal to 50"),
        (
            lambda t: service(t, "strategy").update(linear_percent=9),
            "linear_percent is 9; it should be greater than or",
        ),
        (lambda t: service(t, "strategy").update(linear_percent=51), "linear_percent is 51; it should be less than or"),
        (lambda t: service(t, "strategy").update(rolling_percent=4), "rolling_percent is 4; it should be greater than"),
        (lambda t: service(t, "strategy").update(rolling_percent=51), "rolling_percent is 51; it should be less than"),
        (lambda t: service(t, "strategy").update(rolling_back_percent=4), "rolling_back_percent is 4; it should be"),
        (lambda t: service(t, "strategy").update(rolling_back_percent=101), "rolling_back_percent is 101; it should"),
        (lambda t: service(t, "strategy").update(bake_seconds=3601), "bake_seconds is 3601; it should be less than"),
        (lambda t: service(t, "strategy").update(timeout_seconds=599), "greater than or equal to 600"),
        (lambda t: service(t, "strategy").update(timeout_seconds=28801), "less than or equal to 28800"),
        (lambda t: night(t).update(enabled="perhaps"), "services[0].serving.night.enabled is 'perhaps'"),
        (
            lambda t: night(t).update(timezone="Europe/Atlantis"),
            "night.timezone is 'Europe/Atlantis'; a name of the IANA",
        ),
        (lambda t: night(t).update(timezone="GMT+1 or so"), "night.timezone is 'GMT+1 or so'; it should match pattern"),
        (lambda t: night(t).update(begins_hour=24), "night.begins_hour is 24; it should be less than or equal to 23"),
        (lambda t: night(t).update(ends_hour=-1), "night.ends_hour is -1; it should be greater than or equal to 0"),
        (lambda t: night(t).update(ends_hour=22), "begins_hour and ends_hour must differ"),
        (lambda t: night(t).update(minimum_instances=0), "night.minimum_instances is 0; it should be greater than"),
        (lambda t: night(t).update(minimum_instances=5), "night.minimum_instances <= maximum_instances must hold"),
        (
            lambda t: night(t).update(minimum_instances=1),
            "canary takes whole instances and a release may come at night, so serving.night.minimum_instances",
        ),
        (
            lambda t: service(t, "features").update(engine="pandas"),
            "services[0].features.engine is 'pandas'; it should be 'duckdb' or 'spark'",
        ),
        (
            lambda t: service(t, "online_store").update(feature_schemas=[]),
            "services[0].online_store.feature_schemas is []; it should have at least 1 item",
        ),
        (lambda t: service(t, "online_store").update(feature_schemas=[2, 2]), "each schema is named once"),
        (
            lambda t: service(t, "online_store").update(feature_schemas=[0]),
            "online_store.feature_schemas[0] is 0; it should be greater than or equal to 1",
        ),
        (lambda t: service(t, "thresholds").update(latency_p99_ms=0), "services[0].thresholds.latency_p99_ms is 0"),
        (
            lambda t: service(t, "validation").update(volume_tolerance=1),
            "services[0].validation.volume_tolerance is 1; it should be greater than 1",
        ),
        (
            lambda t: service(t, "validation").update(history_tolerance_percent=101),
            "services[0].validation.history_tolerance_percent is 101; it should be less than or equal to 100",
        ),
        (
            lambda t: service(t, "validation").update(maximum_quarantined_percent=101),
            "services[0].validation.maximum_quarantined_percent is 101; it should be less than or equal to 100",
        ),
        (
            lambda t: service(t, "validation").update(maximum_percent_by_reason={"price_jumps": 1}),
            "services[0].validation.maximum_percent_by_reason",
        ),
        (
            lambda t: service(t, "gate").update(confidence=1),
            "services[0].gate.confidence is 1; it should be less than 1",
        ),
        (lambda t: service(t, "baseline").update(products=[]), "services[0].baseline.products is []"),
    ],
)
def test_a_value_that_is_not_allowed_is_named_with_what_is(
    change: Callable[[dict[str, Any]], object], expected: str
) -> None:
    assert expected in refusal(change)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"cidr": "10.0.0.0/28"}, "cidr, peering_connection and managed are for the type database"),
        ({"type": "database"}, "a database is reached at cidr, or is the managed one: name one of the two"),
        ({"type": "database", "cidr": "10.0.0.0/8"}, "a /16 or smaller is allowed"),
        ({"type": "database", "cidr": "the shop"}, "a range such as 10.200.3.0/28, or nothing, is allowed"),
        ({"table": "orders; DROP TABLE orders"}, "trainyard:services[0].source.table is 'orders; DROP TABLE orders'"),
        ({"key": "line-id"}, "trainyard:services[0].source.key is 'line-id'"),
        ({"peering_connection": "vpc-1"}, "trainyard:services[0].source.peering_connection is 'vpc-1'"),
        ({"port": 0}, "trainyard:services[0].source.port is 0"),
    ],
)
def test_a_source_that_cannot_be_reached_is_refused(change: dict[str, object], expected: str) -> None:
    assert expected in refusal(lambda tree: service(tree, "source").update(change))


def test_a_managed_database_needs_two_zones() -> None:
    def one_zone(tree: dict[str, Any]) -> None:
        tree["network"]["zones"] = ["a"]
        service(tree, "source")["type"] = "database"
        service(tree, "source")["managed"]["enabled"] = True

    assert "needs network.zones to name two zones" in refusal(one_zone)


@pytest.mark.parametrize("kind", ["canary", "linear", "rolling"])
def test_a_strategy_by_steps_needs_two_instances(kind: str) -> None:
    def change(tree: dict[str, Any]) -> None:
        service(tree, "strategy").update(type=kind)
        service(tree, "serving").update(minimum_instances=1)

    assert f"{kind} takes whole instances, so serving.minimum_instances must be 2 or more" in refusal(change)


def test_one_instance_is_enough_for_all_at_once_by_day_and_night() -> None:
    tree = mapping("dev")
    service(tree, "strategy").update(type="all_at_once")
    service(tree, "serving").update(minimum_instances=1)
    night(tree).update(minimum_instances=1)
    assert parse(tree, FILE).services[0].serving.night.minimum_instances == 1


@pytest.mark.parametrize(
    ("group", "key"),
    [("training", "instance_type"), ("training", "processing_instance_type"), ("serving", "instance_type")],
)
def test_an_instance_type_that_is_not_approved_is_named_with_those_that_are(group: str, key: str) -> None:
    assert refusal(lambda tree: service(tree, group).update({key: "ml.p4d.24xlarge"})) == (
        f"trainyard:services[0].{group}.{key} is 'ml.p4d.24xlarge', which trainyard:approved_instance_types does not "
        "list; allowed here: ml.m5.large, ml.m5.xlarge, ml.m5.2xlarge, ml.g5.xlarge. Change it in Pulumi.dev.yaml."
    )


@pytest.mark.parametrize(
    ("arn", "expected"),
    [
        (
            "arn:aws:iam::444444444444:role/ann",
            "of account 444444444444; only ARNs of account 111111111111 are allowed",
        ),
        (
            "arn:aws:iam:us-east-1:111111111111:role/ann",
            "of region us-east-1; only ARNs of region eu-west-1 are allowed",
        ),
        ("arn:aws:iam", "which is no ARN: it has fewer than six parts"),
    ],
)
def test_an_arn_never_leads_out_of_the_environment(arn: str, expected: str) -> None:
    text = refusal(lambda tree: tree["people"].update(approvers=[arn]))
    assert text.startswith(f"trainyard:people.approvers[0] is '{arn}'")
    assert expected in text


def test_an_arn_anywhere_in_the_tree_is_checked() -> None:
    text = refusal(lambda tree: service(tree, "serving").update(environment={"TOPIC": "arn:aws:sns:eu-west-1:4:t"}))
    assert text.startswith("trainyard:services[0].serving.environment.TOPIC is")


def test_an_arn_of_the_environment_itself_is_allowed() -> None:
    tree = mapping("dev")
    tree["people"] = {"approvers": ["arn:aws:iam::111111111111:role/ann"], "releasers": []}
    assert parse(tree, FILE).people.approvers == ["arn:aws:iam::111111111111:role/ann"]


def test_settings_cannot_be_changed_after_they_are_read() -> None:
    settings = parse(mapping("dev"), FILE)
    with pytest.raises(ValueError, match="frozen"):
        settings.region = "us-east-1"  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(
    ("expression", "why"),
    [
        ("daily", "rate(1 day), rate(12 hours) or six fields such as cron(0 3 * * ? *) are allowed"),
        ("rate(5 minutes)", "rate(1 day), rate(12 hours) or six fields"),
        ("rate(1 days)", "rate(1 day), rate(12 hours) or six fields"),
        ("cron(0 3 * * *)", "rate(1 day), rate(12 hours) or six fields"),
        ("cron(0 3 * * * *)", "one of a cron's day-of-month and day-of-week, and only one, must be ?"),
        ("cron(0 3 ? * ? *)", "one of a cron's day-of-month and day-of-week, and only one, must be ?"),
    ],
)
def test_a_schedule_that_eventbridge_would_refuse_or_that_looks_too_often_is_named(expression: str, why: str) -> None:
    text = refusal(lambda tree: service(tree, "retraining")["schedule"].update(expression=expression))
    assert text.startswith(f"trainyard:services[0].retraining.schedule.expression is {expression!r}")
    assert why in text


@pytest.mark.parametrize("expression", ["rate(1 day)", "rate(12 hours)", "cron(0 3 ? * MON-FRI *)"])
def test_rates_and_crons_are_schedules(expression: str) -> None:
    tree = copy.deepcopy(mapping("dev"))
    service(tree, "retraining")["schedule"]["expression"] = expression
    assert parse(tree, FILE).services[0].retraining.schedule.expression == expression


@pytest.mark.parametrize(
    ("types", "said"),
    [
        (["ml.m5.xlarge"], "fallback_instance_types must name other types than instance_type, each once"),
        (["ml.m5.large", "ml.m5.large"], "must name other types than instance_type, each once"),
        (["ml.g4dn.xlarge"], "must all have GPUs or none: ml.g4dn.xlarge differs from ml.m5.xlarge"),
        (["ml.m5d.xlarge"], "must all have disks of their own or none: ml.m5d.xlarge differs from ml.m5.xlarge"),
        (["ml.c5.xlarge"], "is 'ml.c5.xlarge', which trainyard:approved_instance_types does not list"),
    ],
)
def test_what_cannot_take_the_place_of_a_training_instance_is_refused(types: list[str], said: str) -> None:
    assert said in refusal(lambda tree: service(tree, "training").update(fallback_instance_types=types))


def test_an_unapproved_fallback_is_named_by_its_place() -> None:
    text = refusal(lambda tree: service(tree, "training").update(fallback_instance_types=["ml.c5.xlarge"]))
    assert text.startswith("trainyard:services[0].training.fallback_instance_types[0] is 'ml.c5.xlarge'")
