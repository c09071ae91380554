import io
import json
from dataclasses import replace
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.unit.release.control_plane import refusal
from tests.unit.release.plans import GOLDEN
from trainyard.release.live_answers import ask_live, metric_data, publish, together
from trainyard.release.record import LiveAnswers
from trainyard.release.view import live_line

ONE = replace(GOLDEN, requests=GOLDEN.requests[:1])


class Runtime:
    """Answers as told, one after the other; an exception is raised."""

    def __init__(self, *answers: Any) -> None:
        self.answers = list(answers)
        self.requests: list[dict[str, Any]] = []

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.requests.append(request)
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return {"Body": io.BytesIO(json.dumps(answer).encode())}


def answer(version: str, score: float = 0.5) -> dict[str, Any]:
    products = [{"stock_code": code, "score": score} for code in ("A", "B")]
    rows = [{"customer_id": 1, "source": "personal", "products": products}]
    return {"model_version": version, "inference_id": "i", "recommendations": rows}


def error_500() -> ClientError:
    failed = refusal("ModelError", "the container answered 500")
    failed.response.update({"OriginalStatusCode": 500, "OriginalMessage": "{}"})  # type: ignore[typeddict-item]
    return failed


def asked(*answers: Any) -> LiveAnswers:
    return ask_live(Runtime(*answers), "shop-dev", ONE, "3", 7.0)


def test_each_golden_request_to_be_served_is_sent_once_and_marked_as_synthetic() -> None:
    runtime = Runtime(answer("2"))
    ask_live(runtime, "shop-dev", GOLDEN, "3", 7.0)
    (request,) = runtime.requests
    assert (request["CustomAttributes"], request["EndpointName"]) == ("synthetic=true", "shop-dev")
    assert json.loads(request["Body"]) == GOLDEN.requests[0].body, "one that is to be refused would count as an error"


def test_a_sound_answer_of_either_version_is_no_failure() -> None:
    for version in ("2", "3"):
        found = asked(answer(version))
        assert (found.by_version, found.failures, found.others, found.at) == ({version: 1}, (), (), 7.0)


def test_a_wrong_answer_counts_against_the_version_that_gave_it() -> None:
    wrong = ("one: customer 1: a score is not a finite number",)
    assert asked(answer("3", float("nan"))).failures == wrong
    assert asked(answer("2", float("nan"))).failures == ()
    assert asked(answer("2", float("nan"))).others == wrong


@pytest.mark.parametrize("failure", [error_500(), refusal("ThrottlingException", "slow down")])
def test_what_nobody_can_be_blamed_for_undoes_no_release(failure: ClientError) -> None:
    found = asked(failure)
    assert found.failures == ()
    assert len(found.others) == 1


def test_failures_are_published_for_the_release_s_alarm_and_only_where_the_new_version_answered() -> None:
    assert metric_data("config", asked(answer("2")), "3") is None
    for score, value in ((0.5, 0.0), (float("nan"), 1.0)):
        (datum,) = (metric_data("config", asked(answer("3", score)), "3") or {})["MetricData"]
        assert datum["Value"] == value
        assert datum["Dimensions"] == [{"Name": "EndpointConfigName", "Value": "config"}]


class CloudWatch:
    def __init__(self, error: ClientError) -> None:
        self.error = error

    def put_metric_data(self, **_: Any) -> None:
        raise self.error


def test_a_refused_metric_is_noted_and_a_throttled_one_tried_again() -> None:
    sound = asked(answer("3"))
    noted = publish(CloudWatch(refusal("AccessDenied", "no")), "config", sound, "3")
    assert noted.failures == ()
    assert "could not be published" in noted.others[0]
    with pytest.raises(ClientError, match="slow down"):
        publish(CloudWatch(refusal("Throttling", "slow down")), "config", sound, "3")


def test_one_line_tells_who_answered_and_what_was_wrong() -> None:
    answers = LiveAnswers(by_version={"2": 3, "3": 1, "": 2}, failures=("one: no",), others=("two: late",))
    assert live_line(answers) == (
        "Golden requests during the update: 3 by version 2, 1 by version 3, 2 by none; one: no; two: late"
    )


def test_rounds_add_up_and_keep_the_first_failures_only() -> None:
    rounds = None
    for number in range(20):
        later = LiveAnswers(at=number, by_version={"3": 2}, failures=(f"{number}: no", "the same"))
        rounds = together(rounds, later)
    assert rounds
    assert (rounds.at, rounds.by_version) == (19, {"3": 40})
    assert rounds.failures == ("0: no", "the same", "1: no", "2: no", "3: no")
