import json
from typing import Any

import pytest

from tests.unit.shadow.plans import plan
from trainyard.shadow.answers import agreements, answers_of, captured, compared, hours

SINCE = 1_000_000_000.0  # 2001-09-09T01:46:40Z


def line(codes: str, request: str = "{}", inference_id: str = "", at: str = "2001-09-09T01:46:40Z") -> str:
    products = [{"stock_code": code} for code in codes]
    about = {"eventId": "made up", "inferenceTime": at, **({"inferenceId": inference_id} if inference_id else {})}
    output = {"data": json.dumps({"recommendations": [{"products": products}]})}
    return json.dumps(
        {"captureData": {"endpointInput": {"data": request}, "endpointOutput": output}, "eventMetadata": about}
    )


def test_answers_are_joined_by_inference_id_or_else_by_the_request() -> None:
    production = dict(answers_of([line("ABCD", "one", "i-1"), line("ABCD", "two"), line("A", "three")], SINCE))
    shadow = dict(answers_of([line("ABXY", "other", "i-1"), line("DCBA", "two"), line("A", "four")], SINCE))
    assert sorted(agreements(production, shadow)) == [0.5, 1.0]


def test_what_is_older_or_no_json_is_left_out() -> None:
    before = line("A", "one", at="2001-09-09T01:46:39Z")
    other = json.loads(line("A", "two"))
    other["captureData"]["endpointOutput"]["data"] = "a,b"
    assert list(answers_of([before, json.dumps(other)], SINCE)) == []


def test_the_folders_are_those_of_each_hour_of_at_most_a_day() -> None:
    assert list(hours(SINCE, SINCE + 3600)) == ["2001/09/09/01", "2001/09/09/02"]
    assert len(list(hours(SINCE, SINCE + 90 * 3600))) == 25


class Bucket:
    def __init__(self, objects: dict[str, str]) -> None:
        self.objects = objects

    def get_paginator(self, operation: str) -> "Bucket":
        assert operation == "list_objects_v2"
        return self

    def paginate(self, Bucket: str, Prefix: str) -> list[dict[str, Any]]:
        assert Bucket == "capture"
        return [{"Contents": [{"Key": key}]} for key in self.objects if key.startswith(Prefix)]

    def get_object(self, Bucket: str, Key: str) -> dict[str, Any]:
        return {"Body": Body(self.objects[Key].encode())}


class Body:
    def __init__(self, content: bytes) -> None:
        self._content = content

    def read(self) -> bytes:
        return self._content


def test_each_variant_s_folder_of_the_endpoint_is_read() -> None:
    bucket = Bucket(
        {
            "shop/shop-dev/live/2001/09/09/01/46-40-000-a.jsonl": line("AB", "one"),
            "shop/shop-dev/shadow/2001/09/09/01/46-40-000-b.jsonl": line("AC", "one"),
            "shop/shop-dev/live/2001/09/08/01/46-40-000-c.jsonl": "not read",
        }
    )
    assert compared(bucket, plan(), SINCE, SINCE + 60) == [0.5]


def test_only_the_newest_objects_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("trainyard.shadow.answers.MOST_OBJECTS", 1)
    folder = "shop/shop-dev/live/2001/09/09/01"
    bucket = Bucket({f"{folder}/46-41.jsonl": line("A", "newest"), f"{folder}/46-40.jsonl": line("A", "older")})
    found = captured(bucket, plan(), "live", SINCE, SINCE + 60)
    assert found is not None
    assert list(found) == ["newest"]


def test_without_capture_nothing_is_compared() -> None:
    without = plan(live_config={**plan().live_config, "DataCaptureConfig": {"EnableCapture": False}})
    assert compared(Bucket({}), without, SINCE, SINCE + 60) is None
