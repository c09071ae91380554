"""Function URLs: the event and the response, and who may."""

import json
from typing import Any

import pytest
import urllib3
from boto3.session import Session
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from localcloud.accounts import SECRET_KEY, access_key

from .world import World, trust

SOURCE = """
import base64, json
def handler(event, context):
    kind = event["rawPath"]
    if kind == "/fails":
        raise ValueError
    if kind == "/plain":
        return {"hello": "there"}
    if kind == "/binary":
        body = base64.b64encode(b"\\x00\\xff").decode()
        return {"statusCode": 200, "headers": {"content-type": "image/png"}, "body": body, "isBase64Encoded": True}
    headers = {"X-Kind": "echo"}
    return {"statusCode": 201, "headers": headers, "cookies": ["a=1", "b=2"], "body": json.dumps(event)}
"""


@pytest.fixture(scope="module")
def url(world: World) -> str:
    world.make("approve", SOURCE, Timeout=20)
    return world.functions.create_function_url_config(FunctionName="approve", AuthType="AWS_IAM")["FunctionUrl"]


def root(account: str = "000000000001") -> Credentials:
    return Credentials(access_key(account), SECRET_KEY)


def session_of(world: World, role: str, account: str = "000000000001") -> Credentials:
    """Return a session of a role, which is made in the account if it is not there."""
    iam = world.aws.client("iam", account=account)
    try:
        arn = iam.get_role(RoleName=role)["Role"]["Arn"]
    except iam.exceptions.NoSuchEntityException:
        principal = {"AWS": f"arn:aws:iam::{account}:root"}
        document = trust(Principal=principal)
        arn = iam.create_role(RoleName=role, Path="/people/", AssumeRolePolicyDocument=document)["Role"]["Arn"]
    found = world.aws.client("sts", account=account).assume_role(RoleArn=arn, RoleSessionName="ann")["Credentials"]
    return Credentials(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])


def ask(address: str, who: Credentials | None, *, service: str = "lambda", **more: Any) -> urllib3.BaseHTTPResponse:
    request = AWSRequest(method=more.pop("method", "GET"), url=address, **more)
    if who is not None:
        SigV4Auth(who, service, "eu-west-1").add_auth(request)
    prepared = request.prepare()
    return urllib3.request(
        prepared.method, prepared.url, body=prepared.body, headers=dict(prepared.headers), retries=False
    )


def test_a_request_becomes_an_event_and_an_answer_a_response(world: World, url: str) -> None:
    headers = {"Content-Type": "application/json", "Cookie": "c=3; d=4"}
    body = json.dumps({"decision": "approve"})
    answer = ask(f"{url}models/7?a=1&a=2&b=", root(), method="POST", data=body, headers=headers)
    assert (answer.status, answer.headers["X-Kind"]) == (201, "echo")
    assert answer.headers.getlist("Set-Cookie") == ["a=1", "b=2"]
    event = answer.json()
    assert (event["version"], event["rawPath"], event["rawQueryString"]) == ("2.0", "/models/7", "a=1&a=2&b=")
    assert event["queryStringParameters"] == {"a": "1,2", "b": ""}
    assert (event["body"], event["isBase64Encoded"], event["cookies"]) == (body, False, ["c=3", "d=4"])
    assert event["headers"]["content-type"] == "application/json"
    context = event["requestContext"]
    assert (context["accountId"], context["http"]["method"]) == ("000000000001", "POST")
    assert context["authorizer"]["iam"] == {
        "accessKey": access_key("000000000001"),
        "accountId": "000000000001",
        "callerId": "000000000001",
        "cognitoIdentity": None,
        "principalOrgId": None,
        "userArn": "arn:aws:iam::000000000001:root",
        "userId": "000000000001",
    }


def test_other_answers_and_bodies(world: World, url: str) -> None:
    plain = ask(f"{url}plain", root())
    assert (plain.status, plain.headers["Content-Type"], plain.json()) == (200, "application/json", {"hello": "there"})
    binary = ask(f"{url}binary", root())
    assert (binary.data, binary.headers["Content-Type"]) == (b"\x00\xff", "image/png")
    sent = ask(url, root(), method="POST", data=b"\x00\x01", headers={"Content-Type": "application/octet-stream"})
    assert (sent.json()["body"], sent.json()["isBase64Encoded"]) == ("AAE=", True)
    assert ask(f"{url}fails", root()).status == 502


def test_nobody_unsigned_unknown_or_signed_for_another_service_comes_in(world: World, url: str) -> None:
    for answer in (
        ask(url, None),
        ask(url, root(), service="execute-api"),
        ask(url, Credentials("AKIAIOSFODNN7EXAMPLE", "secret")),
        ask(url, root("000000000002")),
        ask(f"{url[:-9]}00000000/", root()),
    ):
        assert answer.status == 403, answer.data
        assert answer.json()["Message"]
    assert ask(url, None).headers["x-amzn-ErrorType"] == "AccessDeniedException"


def test_a_session_needs_both_actions_and_is_told_as_sts_tells_it(world: World, url: str) -> None:
    approver = session_of(world, "approver")
    role = "arn:aws:iam::000000000001:role/people/approver"

    def allow(sid: str, action: str, **more: Any) -> None:
        world.functions.add_permission(FunctionName="approve", StatementId=sid, Action=action, Principal=role, **more)

    assert ask(url, approver).status == 403
    allow("url", "lambda:InvokeFunctionUrl", FunctionUrlAuthType="AWS_IAM")
    assert ask(url, approver).status == 403
    allow("function", "lambda:InvokeFunction", InvokedViaFunctionUrl=True)
    answer = ask(url, approver)
    assert answer.status == 201
    identity = answer.json()["requestContext"]["authorizer"]["iam"]
    sts = Session(approver.access_key, approver.secret_key, approver.token, region_name="eu-west-1").client(
        "sts", endpoint_url=world.aws.endpoint_url
    )
    who = sts.get_caller_identity()
    assert identity["userArn"] == who["Arn"] == "arn:aws:sts::000000000001:assumed-role/approver/ann"
    assert (identity["userId"], identity["callerId"]) == (who["UserId"], who["UserId"])
    assert ask(url, session_of(world, "stranger")).status == 403
    assert ask(url, session_of(world, "approver", account="000000000002")).status == 403


def test_a_url_for_everybody_needs_a_policy_that_says_so(world: World) -> None:
    world.make("open", SOURCE)
    url = world.functions.create_function_url_config(FunctionName="open", AuthType="NONE")["FunctionUrl"]
    assert ask(url, None).status == 403
    everybody: dict[str, Any] = {"FunctionName": "open", "Principal": "*"}
    world.functions.add_permission(
        **everybody, StatementId="url", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE"
    )
    assert ask(url, None).status == 403
    world.functions.add_permission(
        **everybody, StatementId="run", Action="lambda:InvokeFunction", InvokedViaFunctionUrl=True
    )
    event = ask(url, None).json()
    assert (event["requestContext"]["accountId"], "authorizer" in event["requestContext"]) == ("anonymous", False)
    world.functions.update_function_url_config(FunctionName="open", AuthType="AWS_IAM")
    assert ask(url, None).status == 403
    assert world.functions.get_function_url_config(FunctionName="open")["FunctionUrl"] == url
    world.functions.delete_function_url_config(FunctionName="open")
    assert ask(url, root()).status == 403


def test_a_function_that_may_not_run_answers_429(world: World, url: str) -> None:
    world.functions.put_function_concurrency(FunctionName="approve", ReservedConcurrentExecutions=0)
    answer = ask(url, root())
    world.functions.delete_function_concurrency(FunctionName="approve")
    assert (answer.status, answer.json()["Reason"]) == (429, "ReservedFunctionConcurrentInvocationLimitExceeded")
