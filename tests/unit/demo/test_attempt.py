from typing import Any

import pytest
from botocore.exceptions import ClientError

from trainyard.demo.attempt import WENT_THROUGH, Attempt, Outcome, call, carry_out, command, tally
from trainyard.demo.shell import Done


def outcome(said: str, refusal: tuple[str, ...] = ("AccessDenied:",), control: str = WENT_THROUGH) -> Outcome:
    return Outcome(Attempt("keys", "use the key", refusal, lambda: said), said, control)


def test_a_refusal_counts_only_in_the_words_that_are_expected():
    assert outcome("AccessDenied: no").refused
    assert not outcome("AccessDeniedException: no").refused
    assert not outcome("NoSuchBucket: no").refused
    assert not outcome(WENT_THROUGH).refused
    assert not outcome("exit 2: a, but not b", ("exit 2:", "a", "c")).refused


def test_a_refusal_proves_nothing_where_the_owner_is_refused_too():
    refused = outcome("AccessDenied: no", control="ValidationException: no such name")
    assert not refused.refused
    assert refused.line == (
        "NOT AS IT MUST: use the key: AccessDenied: no; and its owner got: ValidationException: no such name"
    )


def test_the_owner_tries_the_same():
    tried: list[str] = []

    def control() -> str:
        tried.append("owner")
        return WENT_THROUGH

    attempt = Attempt("keys", "use the key", ("AccessDenied:",), lambda: "AccessDenied: no", control)
    assert carry_out(attempt).refused
    assert tried == ["owner"]


def test_a_call_answers_with_the_error_or_that_it_went_through():
    def denied(**_: Any) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "GetObject")

    assert call(denied, Key="k")() == "AccessDenied: no"
    assert call(lambda **_: None, Key="k")() == WENT_THROUGH


@pytest.mark.parametrize(
    ("done", "said"), [(Done(0, "ok"), WENT_THROUGH), (Done(2, "Error:\n  no"), "exit 2: Error: no")]
)
def test_a_command_answers_with_its_exit_code_and_one_line(done: Done, said: str):
    assert command(lambda: done)() == said


def test_the_tally_counts_by_kind():
    through = Outcome(Attempt("models", "approve", ("AccessDenied:",), str), WENT_THROUGH)
    assert tally([outcome("AccessDenied: no"), outcome("odd"), through]) == (
        {"keys": 1, "models": 0},
        {"keys": 2, "models": 1},
    )
