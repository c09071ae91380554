"""The platform's functions on the local cloud: approvals through the address, and releases that nobody drives."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from stacks.outputs import ServiceOutputs, service_parameter
from tests.e2e.conftest import BIN, House
from trainyard.demo.people import second_person
from trainyard.demo.shell import Shell

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(600)]

SERVICE, GROUP = "recommender", "recommender-dev"


def client(house: House, service: str) -> Any:
    target = house.target()
    return boto3.client(
        service,
        region_name=target["AWS_REGION"],
        endpoint_url=target["AWS_ENDPOINT_URL"],
        aws_access_key_id=target["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=target["AWS_SECRET_ACCESS_KEY"],
    )


def registered(house: House) -> str:
    """Register the first model once more, as a version that waits for its approval, and return its number."""
    sagemaker = client(house, "sagemaker")
    account, region = house.target()["TRAINYARD_ACCOUNT"], house.target()["AWS_REGION"]
    first = sagemaker.describe_model_package(
        ModelPackageName=f"arn:aws:sagemaker:{region}:{account}:model-package/{GROUP}/1"
    )
    copied = ("InferenceSpecification", "CustomerMetadataProperties", "ModelPackageGroupName")
    made = sagemaker.create_model_package(
        **{name: first[name] for name in copied}, ModelApprovalStatus="PendingManualApproval"
    )
    return made["ModelPackageArn"].rpartition("/")[2]


def releases(house: House) -> list[dict[str, Any]]:
    listed = house.run("trainyard", "release", "list", SERVICE, "--json")
    assert listed.returncode == 0, listed.stderr
    return json.loads(listed.stdout)


def closed(house: House, version: str, seconds: float = 240) -> dict[str, Any]:
    """Wait until the release of a version is closed; there is no clock of ours to script here."""
    deadline = time.monotonic() + seconds
    while True:
        found = [each for each in releases(house) if each["version"] == version]
        if found and found[0]["status"] != "open":
            return found[0]
        assert time.monotonic() < deadline, f"version {version} is not live after {seconds:.0f} s: {found}"
        time.sleep(2)


def approve(house: House, version: str, **who: str) -> subprocess.CompletedProcess[str]:
    words = ("--by", "somebody", "--reason", "the first one, once more")
    return house.run("trainyard", "model", "approve", SERVICE, version, *words, **who)


@contextmanager
def dialled(house: House, **dials: Any) -> Iterator[None]:
    """Change dials of the service where programs read them, and change them back."""
    ssm, name = client(house, "ssm"), service_parameter("dev", SERVICE)
    before = ssm.get_parameter(Name=name)["Parameter"]["Value"]
    after = ServiceOutputs.model_validate_json(before).model_copy(update=dials).model_dump_json()
    ssm.put_parameter(Name=name, Value=after, Type="String", Overwrite=True)
    try:
        yield
    finally:
        ssm.put_parameter(Name=name, Value=before, Type="String", Overwrite=True)


def until(found: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, f"{what} did not happen within {seconds:.0f} s"
        time.sleep(0.2)


def test_an_approval_of_a_second_person_through_the_address_starts_the_release(house: House) -> None:
    version = registered(house)
    shell = Shell("dev", house.target(), house.path, lambda line: None)
    with dialled(house, release_on_approval=True, approvals_required=2):
        first = approve(house, version)
        assert first.returncode == 0, first.stdout + first.stderr
        assert "dev asks for 2 people: somebody else must approve it as well" in first.stdout
        again = approve(house, version)
        assert (again.returncode, "needs the approval of 2 people" in again.stderr) == (2, True), again.stderr
        assert not [each for each in releases(house) if each["version"] == version]
        with second_person(shell) as credentials:
            second = approve(house, version, **credentials)
        assert second.returncode == 0, second.stdout + second.stderr
        assert "Its release begins by itself" in second.stdout
        release = closed(house, version)
    assert (release["status"], release["started_by"]) == ("succeeded", f"approval of version {version}")
    assert len([each for each in releases(house) if each["version"] == version]) == 1
    told = house.run("trainyard", "release", "resume", SERVICE)
    assert told.returncode == 0, told.stderr
    assert f"Live: {SERVICE} version {version}" in told.stdout


def test_who_may_not_call_the_function_approves_nothing(house: House) -> None:
    version = registered(house)
    iam = client(house, "iam")
    iam.create_user(UserName="stranger")
    key = iam.create_access_key(UserName="stranger")["AccessKey"]
    try:
        refused = approve(
            house,
            version,
            AWS_ACCESS_KEY_ID=key["AccessKeyId"],
            AWS_SECRET_ACCESS_KEY=key["SecretAccessKey"],
            AWS_SESSION_TOKEN="",
        )
    finally:
        iam.delete_access_key(UserName="stranger", AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName="stranger")
    assert (refused.returncode, "You are not among the approvers of dev" in refused.stderr) == (2, True), refused.stderr
    shown = house.run("trainyard", "model", "show", SERVICE, version, "--json")
    assert json.loads(shown.stdout)["approval"] == "PendingManualApproval"


def test_the_tick_alone_ends_the_release_of_a_command_that_was_killed(house: House) -> None:
    version = registered(house)
    assert approve(house, version).returncode == 0
    process = subprocess.Popen(
        [BIN / "trainyard", "release", "start", SERVICE, "--version", version],
        cwd=house.path,
        env={**os.environ, **house.target(), "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    with process:
        assert process.stdout is not None
        lines = (line for line in process.stdout if line.startswith("  "))
        assert any("Create pre-release endpoint" in line for line in lines), "the command began"
        process.send_signal(signal.SIGKILL)
    release = closed(house, version)
    assert release["status"] == "succeeded", release
    answered = house.run("trainyard", "status", "--json")
    assert str(json.loads(answered.stdout)["services"][SERVICE]["live_version"]) == version
