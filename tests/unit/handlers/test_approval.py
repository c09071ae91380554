import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from tests.pipelines import contract
from tests.unit.registry.conftest import Registry, registry
from trainyard.environment import Environment
from trainyard.handlers import place
from trainyard.handlers.approval import answer
from trainyard.handlers.approval_request import may_approve

__all__ = ["registry"]

ACCOUNT = "000000000001"
ADA = f"arn:aws:iam::{ACCOUNT}:user/ada"
RELEASERS = f"arn:aws:sts::{ACCOUNT}:assumed-role/Releasers/grace"
BODY = {"service": "recommender", "version": 1, "by": "Ada", "reason": "beats the champion"}


def event(body: Any = BODY, arn: str | None = ADA, **more: Any) -> dict[str, Any]:
    context = {"authorizer": {"iam": {"userArn": arn}}} if arn else {}
    text = body if isinstance(body, str) else json.dumps(body)
    return {"version": "2.0", "requestContext": context, "body": text, "isBase64Encoded": False, **more}


class Asked:
    """The function over a registry in memory, with a service that asks for `people`."""

    def __init__(self, registry: Registry, people: int = 1, approvers: tuple[str, ...] = ()) -> None:
        self.registry, self.approvers = registry, approvers
        self.service = contract.service().model_copy(update={"approvals_required": people})

    def __call__(self, sent: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        answered = answer(
            sent,
            approvers=self.approvers,
            load=lambda: Environment("dev", contract.platform(), self),
            sagemaker=self.registry.sagemaker,
            dynamodb=self.registry.dynamodb,
            now=datetime(2026, 3, 1, tzinfo=UTC),
        )
        assert answered["headers"] == {"content-type": "application/json"}
        return answered["statusCode"], json.loads(answered["body"])

    def get_parameter(self, Name: str) -> Any:
        return {"Parameter": {"Value": self.service.model_dump_json()}}

    def status(self) -> str:
        (summary,) = self.registry.sagemaker.list_model_packages(ModelPackageGroupName="recommender-dev")[
            "ModelPackageSummaryList"
        ]
        return summary["ModelApprovalStatus"]


@pytest.fixture
def asked(registry: Registry) -> Asked:
    registry.register()
    return Asked(registry)


def test_the_person_is_who_signed_whatever_the_body_says(asked: Asked) -> None:
    status, said = asked(event({**BODY, "by": "Somebody Else"}))
    assert status == 200
    assert (said["person"], said["approved_by"], said["approvals_missing"]) == (ADA, "Somebody Else", 0)
    (record,) = asked.registry.records()
    assert (record["service"], record["release_id"]) == ("approval#recommender", f"1#{ADA}")
    assert asked.status() == "Approved"


def test_two_sessions_of_one_role_are_one_person_and_the_second_person_completes(registry: Registry) -> None:
    registry.register()
    asked = Asked(registry, people=2)
    assert asked(event(arn=RELEASERS))[1]["approvals_missing"] == 1
    status, said = asked(event(arn=RELEASERS.replace("grace", "ada")))
    assert (status, asked.status()) == (409, "PendingManualApproval")
    assert "needs the approval of 2 people" in said["error"]["what"]
    assert asked(event())[1]["approvals_missing"] == 0
    assert asked.status() == "Approved"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("{", "Invalid JSON"),
        ("", "Invalid JSON"),
        ({**BODY, "version": 0}, "version: Input should be greater than or equal to 1"),
        ({**BODY, "reason": "  "}, "reason: String should match pattern"),
        ({**BODY, "person": ADA}, "person: Extra inputs are not permitted"),
        ({key: value for key, value in BODY.items() if key != "by"}, "by: Field required"),
    ],
)
def test_a_body_that_is_no_approval_is_refused_and_changes_nothing(asked: Asked, body: Any, told: str) -> None:
    status, said = asked(event(body))
    assert (status, asked.registry.records()) == (400, [])
    assert told in said["error"]["what"]
    assert "service, version, by and reason" in said["error"]["cure"]


def test_a_body_in_base64_is_read(asked: Asked) -> None:
    encoded = base64.b64encode(json.dumps(BODY).encode()).decode()
    assert asked(event(encoded, isBase64Encoded=True))[0] == 200
    assert asked(event("%", isBase64Encoded=True))[0] == 400


@pytest.mark.parametrize(
    ("change", "told"), [({"service": "shoe"}, "no model service 'shoe'"), ({"version": 9}, "no version 9")]
)
def test_what_does_not_exist_cannot_be_approved(asked: Asked, change: dict[str, Any], told: str) -> None:
    status, said = asked(event({**BODY, **change}))
    assert status == 409
    assert told in said["error"]["what"]


def test_nobody_approves_without_a_signature(asked: Asked) -> None:
    status, said = asked(event(arn=None))
    assert (status, said["error"]["what"]) == (403, "Nobody signed this request")
    assert asked.registry.records() == []


def test_who_is_not_named_is_refused_whatever_iam_lets_them_call(registry: Registry) -> None:
    registry.register()
    asked = Asked(registry, approvers=(f"arn:aws:iam::{ACCOUNT}:role/team/Releasers",))
    status, said = asked(event())
    assert status == 403
    assert said["error"]["what"] == f"{ADA} is not among the approvers of this environment"
    assert registry.records() == []
    assert asked(event(arn=RELEASERS))[0] == 200


@pytest.mark.parametrize(
    ("arn", "approver", "may"),
    [
        (ADA, ADA, True),
        (f"arn:aws:iam::{ACCOUNT}:user/team/ada", f"arn:aws:iam::{ACCOUNT}:user/team/ada", True),
        (RELEASERS, f"arn:aws:iam::{ACCOUNT}:role/Releasers", True),
        (RELEASERS, f"arn:aws:iam::{ACCOUNT}:user/Releasers", False),
        (RELEASERS.replace(ACCOUNT, "000000000002"), f"arn:aws:iam::{ACCOUNT}:role/Releasers", False),
        (ADA, f"arn:aws:iam::{ACCOUNT}:user/adam", False),
    ],
)
def test_an_approver_is_a_user_or_any_session_of_a_role(arn: str, approver: str, may: bool) -> None:
    assert may_approve(arn, [approver]) is may


def test_an_event_twice_is_one_approval(asked: Asked) -> None:
    assert [asked(event())[0], asked(event())[0]] == [200, 409]
    assert len(asked.registry.records()) == 1


def test_who_may_approve_stands_in_the_functions_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TRAINYARD_APPROVERS", '["a", "b"]')
    assert place.approvers() == ("a", "b")
