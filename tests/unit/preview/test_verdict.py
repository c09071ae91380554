from typing import Any

import pytest

from stacks.rules import Findings, Violation
from tests.unit.preview import nasty
from tests.unit.preview.plans import document, state, step, told, true_document, urn
from trainyard.preview import Report

ENDPOINT = "aws:sagemaker/endpoint:Endpoint"
BUCKET = "aws:s3/bucket:Bucket"


def verdict(*steps: dict[str, Any]) -> tuple[str, str]:
    report = told(document(*steps))
    return report.verdict.level.value, report.verdict.text


def deletion(type_token: str, name: str = "it", **more: Any) -> dict[str, Any]:
    return step("delete", state(urn(type_token, name), {}, **more))


def loss(*steps: dict[str, Any]) -> str:
    return told(document(*steps)).losses[0].loss


def test_nothing_to_change_says_so() -> None:
    assert told(nasty.nothing()).verdict.text == "Nothing changes."


def test_updates_and_creations_alone_lose_nothing() -> None:
    assert told(nasty.not_known()).verdict.text == "Nothing is lost."


def test_a_replacement_deep_in_a_component_is_in_the_first_line() -> None:
    assert told(nasty.hidden_replacement()).verdict.text == "1 replacement: data is lost in orders."


def test_an_update_that_keeps_less_is_not_passed_off_as_harmless() -> None:
    report = told(nasty.keeps_less())
    assert report.verdict.level.value == "care"
    assert "Nothing is lost" not in report.verdict.text


def test_of_a_type_that_is_not_listed_nobody_says_that_nothing_is_lost() -> None:
    assert verdict(deletion("aws:new/thing:Thing")) == ("loss", "1 deletion: nobody knows what it holds.")


def test_what_holds_nothing_is_no_loss() -> None:
    level, text = verdict(deletion("aws:cloudwatch/dashboard:Dashboard"))
    assert (level, text) == ("care", "1 deletion: nothing that holds data or serves anybody.")


def test_what_is_retained_stays_in_aws() -> None:
    assert loss(deletion(BUCKET, retainOnDelete=True)).startswith("Nothing: the old one stays in AWS")


def test_a_component_loses_nothing_itself() -> None:
    assert loss(deletion("trainyard:infra:Box")) == "Nothing itself: it only groups others."


def test_the_rest_of_an_interrupted_replacement_is_told_apart_from_the_living_one() -> None:
    table = urn("aws:dynamodb/table:Table", "records")
    steps = [step("delete", state(table, {}, delete=True)), step("same", state(table, {}), state(table, {}))]
    assert loss(*steps).startswith("Nothing more: the old one of a replacement")


def test_a_key_says_how_long_it_can_be_brought_back() -> None:
    key = state(urn("aws:kms/key:Key", "key"), {"deletionWindowInDays": 9})
    assert loss(step("delete", key)).endswith("It waits 9 days, and can be brought back until then.")


@pytest.mark.parametrize(
    ("force", "ends"), [(False, "AWS refuses while there are any."), (True, "with their versions.")]
)
def test_a_bucket_says_whether_aws_would_stop_it(force: bool, ends: str) -> None:
    assert loss(step("delete", state(urn(BUCKET, "raw"), {"forceDestroy": force}))).endswith(ends)


def test_data_stands_before_service_and_names_are_cut_at_three() -> None:
    steps = [deletion(ENDPOINT, "live"), *(deletion(BUCKET, name) for name in "abcde")]
    text = "6 deletions: data is lost in a, b, c and 2 more; live is interrupted or ends."
    assert verdict(*steps) == ("loss", text)
    assert [each.name for each in told(document(*steps)).losses] == ["a", "b", "c", "d", "e", "live"]


def test_what_is_replaced_only_because_of_another_stands_behind_it() -> None:
    names = [each.name for each in told(true_document("network")).losses]
    assert names[:3] == ["network-private-a", "network-private-b", "network-vpc"]


def test_a_refusal_and_a_violation_stand_first() -> None:
    report: Report = told(true_document("protected"))
    assert report.verdict.level.value == "refused"
    assert report.verdict.text.startswith("This cannot be applied: deep-kept is protected and cannot be deleted.")
    found = Violation("encrypted", "urn", BUCKET, "raw", "what", "cure")
    report = told(nasty.not_known(), findings=Findings((found,)))
    assert (report.verdict.level.value, report.verdict.text) == ("refused", "1 rule violation. Nothing is lost.")


def test_creations_are_grouped_by_the_component_at_the_top() -> None:
    (group,) = told(nasty.two_hundred()).creates
    assert (group.name, group.type, group.count, group.types) == ("box", "Box", 120, (("cloudwatch.MetricAlarm", 120),))


@pytest.mark.parametrize(
    ("type_token", "old", "new", "caution"),
    [
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30}, {"retentionInDays": 7}, "Log events are kept"),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 0}, {"retentionInDays": 7}, "Log events are kept"),
        ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 7}, {"retentionInDays": 30}, ""),
        (
            "aws:s3/bucketVersioning:BucketVersioning",
            {"versioningConfiguration": {"status": "Enabled"}},
            {"versioningConfiguration": {"status": "Suspended"}},
            "Versioning stops",
        ),
        (
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            {"rules": [{"id": "a", "expiration": {"days": 30}}]},
            {"rules": [{"id": "a", "expiration": {"days": 7}}]},
            "Objects are kept for less time",
        ),
        (
            "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
            {"rules": []},
            {"rules": [{"id": "a", "expiration": {"days": 7}}]},
            "Rules of expiry change",
        ),
        (BUCKET, {}, {"forceDestroy": True}, "A later deletion"),
        (
            "aws:ecr/lifecyclePolicy:LifecyclePolicy",
            {"policy": '{"rules": [{"selection": {"countNumber": 9}}]}'},
            {"policy": '{"rules": [{"selection": {"countNumber": 3}}]}'},
            "Images are kept",
        ),
        (ENDPOINT, {"endpointConfigName": "a"}, {"endpointConfigName": "b"}, "Another configuration goes live"),
    ],
)
def test_updates_that_keep_less_are_told(type_token: str, old: Any, new: Any, caution: str) -> None:
    address = urn(type_token, "it")
    (entry,) = told(document(step("update", state(address, old), state(address, new)))).updates
    assert " ".join(entry.cautions).startswith(caution)
    assert bool(entry.cautions) == bool(caution)
