import pytest

from tests.unit.preview import nasty
from tests.unit.preview.plans import UNKNOWN, component, document, state, step, true_document, urn
from trainyard.errors import TrainyardError
from trainyard.preview import Operation, read_plan
from trainyard.preview.difference import MISSING
from trainyard.preview.plan import Change

TABLE = "aws:dynamodb/table:Table"


def only(*steps: dict[str, object]) -> Change:
    (change,) = read_plan(document(*steps)).changes
    return change


def paths(change: Change) -> list[str]:
    return [each.path for each in change.differences]


def test_the_three_steps_of_a_replacement_are_one_change_that_knows_what_forces_it() -> None:
    changes = read_plan(nasty.hidden_replacement()).changes
    (replaced,) = [each for each in changes if each.operation is Operation.REPLACE]
    assert (replaced.components, replaced.forced_by, paths(replaced)) == (("a", "b", "c"), ("hashKey",), ["hashKey"])
    assert not [each for each in changes if each.operation is Operation.DELETE]


def test_a_replacement_of_a_renamed_resource_counts_once() -> None:
    old, new = state(urn(TABLE, "old"), {"hashKey": "a"}), state(urn(TABLE, "new"), {"hashKey": "b"})
    change = only(step("create-replacement", old, new), step("replace", old, new), step("delete-replaced", old))
    assert (change.operation, change.renamed_from) == (Operation.REPLACE, "old")


def test_an_operation_that_is_not_known_is_refused_since_it_might_delete() -> None:
    side = state(urn(TABLE, "records"))
    with pytest.raises(TrainyardError, match="operations that this version of trainyard does not know: obliterate"):
        read_plan(document(step("obliterate", side)))


def test_steps_that_touch_nobodys_resources_are_no_changes() -> None:
    side = state(urn(TABLE, "records"), {})
    harmless = ("same", "read", "refresh", "discard", "read-replacement", "discard-replaced", "remove-pending-replace")
    assert read_plan(document(*(step(op, side, side) for op in harmless))).changes == ()


def test_a_true_preview_of_a_rename_is_no_deletion() -> None:
    plan = read_plan(true_document("replaced"))
    (bucket,) = [each for each in plan.changes if each.type == "aws:s3/bucket:Bucket"]
    assert (bucket.operation, bucket.renamed_from, paths(bucket)) == (Operation.UPDATE, "deep-bucket", ["tags.a"])


def test_a_policy_is_compared_as_a_structure() -> None:
    plan = read_plan(true_document("replaced"))
    (policy,) = [each for each in plan.changes if each.name == "deep-policy"]
    assert paths(policy) == ["policy.Statement[0].Action[1]"]


def test_a_name_that_pulumi_made_up_is_no_difference() -> None:
    (table,) = [each for each in read_plan(true_document("replaced")).changes if each.name == "deep-table"]
    assert "name" not in paths(table)


def test_a_change_that_only_the_provider_sees_is_listed() -> None:
    side = state(urn(TABLE, "records"), {"value": "[secret]"})
    told = {"value": {"kind": "update"}, "replica[0].region": {"kind": "delete"}}
    assert paths(only(step("update", side, side, detailedDiff=told))) == ["value", "replica[0].region"]


def test_a_property_that_the_provider_fills_in_is_known_after_apply() -> None:
    old = state(urn(TABLE, "records"), {}, outputs={"arn": "arn:1", "old": "x"})
    kinds = {"arn": {"kind": "update", "inputDiff": False}, "old": {"kind": "delete", "inputDiff": False}}
    arn, gone = only(step("update", old, state(urn(TABLE, "records"), {}), detailedDiff=kinds)).differences
    assert (arn.old, arn.new, gone.old, gone.new) == ("arn:1", UNKNOWN, "x", MISSING)


def test_a_property_that_the_program_leaves_to_others_is_no_difference() -> None:
    endpoint = urn("aws:sagemaker/endpoint:Endpoint", "endpoint")
    sides = [{"endpointConfigName": name, "tags": {"a": name}} for name in ("released", "baseline")]
    new = state(endpoint, sides[1], ignoreChanges=["endpointConfigName"])
    assert paths(only(step("update", state(endpoint, sides[0]), new))) == ["tags.a"]


def test_a_true_drift_tells_what_was_recorded_what_was_found_and_what_is_gone() -> None:
    gone, moved = read_plan(true_document("drift")).drift
    assert (gone.name, gone.gone, gone.undone) == ("recommender-alarms-4xx", True, True)
    (threshold,) = moved.differences
    assert (moved.name, threshold.path, threshold.old, threshold.new) == (
        "recommender-alarms-latency",
        "threshold",
        2000000,
        5000000,
    )


def test_what_a_release_moved_is_no_drift() -> None:
    endpoint = urn("aws:sagemaker/endpoint:Endpoint", "endpoint")
    recorded, found = (state(endpoint, {"endpointConfigName": name}) for name in ("baseline", "released"))
    new = state(endpoint, {"endpointConfigName": "released"}, ignoreChanges=["endpointConfigName"])
    assert read_plan(document(step("refresh", recorded, recorded), step("same", found, new))).drift == ()


def test_a_plan_that_meets_something_protected_says_what_refuses() -> None:
    assert read_plan(true_document("protected")).refusals == ("deep-kept is protected and cannot be deleted",)


def test_a_programs_traceback_becomes_its_last_line_and_its_place() -> None:
    (error,) = read_plan(true_document("program_error")).errors
    assert error.startswith("The program failed: ValueError: ")
    assert error.endswith("(__main__.py, line 6)")
    assert "Traceback" not in error


def test_the_noise_of_a_provider_on_path_is_no_warning() -> None:
    noise = "warning: using pulumi-resource-aws from $PATH at /home/ci/bin/pulumi-resource-aws\n"
    said = [{"severity": "warning", "message": noise}, {"severity": "warning", "message": "warning: real"}]
    assert read_plan(document(diagnostics=said)).warnings == ("real",)


def test_the_rules_get_every_resource_with_its_provider_and_its_references_and_secrets_as_unknown() -> None:
    address = urn("aws:ssm/parameter:Parameter", "token")
    side = state(address, {"__defaults": [], "value": "[secret]", "deep": [{"a": "[secret]"}]}, protect=True)
    side["propertyDependencies"] = {"value": [address]}
    resource = read_plan(document(component("box"), step("same", side, side))).after[-1]
    assert resource.inputs == {"value": UNKNOWN, "deep": [{"a": UNKNOWN}]}
    assert resource.protect
    assert resource.provider == "urn:pulumi:dev::trainyard::pulumi:providers:aws::aws"
    assert resource.references == {"value": [address]}


def test_a_default_provider_is_none() -> None:
    side = state(
        urn(TABLE, "records"), {}, provider="urn:pulumi:dev::trainyard::pulumi:providers:aws::default_7_51_1::id"
    )
    assert read_plan(document(step("same", side, side))).after[-1].provider == ""


def test_one_new_item_in_front_of_a_list_is_one_difference() -> None:
    address = urn("aws:iam/rolePolicy:RolePolicy", "policy")
    statements = [{"Sid": name, "Action": [name]} for name in "abc"]
    old, new = (state(address, {"statements": items}) for items in (statements[1:], statements))
    assert paths(only(step("update", old, new))) == ["statements[0]"]
