import io
import json
import threading
from typing import Any

from botocore.exceptions import ClientError

from trainyard.demo.traffic import Traffic


class Runtime:
    """Answers until told to fail, and says when enough requests have come."""

    def __init__(self, enough: int, fail: bool = False) -> None:
        self.seen = threading.Semaphore(0)
        self.enough = enough
        self.fail = fail

    def invoke_endpoint(self, **request: Any) -> dict[str, Any]:
        self.seen.release()
        if self.fail:
            raise ClientError({"Error": {"Code": "ModelError", "Message": "no"}}, "InvokeEndpoint")
        return {"Body": io.BytesIO(json.dumps({"model_version": "3"}).encode())}

    def wait(self) -> None:
        for _ in range(self.enough):
            assert self.seen.acquire(timeout=20)


def test_answers_are_counted_by_model_version():
    runtime = Runtime(enough=5)
    with Traffic(runtime, "shop", [1, 2], rate=500) as traffic:
        runtime.wait()
    assert traffic.tally.sent == traffic.tally.versions["3"] >= 5
    assert traffic.tally.failed == 0


def test_a_failed_request_is_counted_with_its_reason():
    runtime = Runtime(enough=2, fail=True)
    with Traffic(runtime, "shop", [1], rate=500) as traffic:
        runtime.wait()
    assert traffic.tally.failed == traffic.tally.sent >= 2
    assert "ModelError" in traffic.tally.failures[0]
