import json
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.preview import nasty
from tests.unit.preview.nasty import CASES, MARKED, PLAIN
from tests.unit.preview.plans import document, state, step, told, true_document, urn
from trainyard.preview import Format, render
from trainyard.preview.concealing import SECRET, Concealer, is_secret_name

ROOTS = ("/srv/checkout/trainyard",)
FOLDERS = ("/home/ci/project", "/root/.cache/x", "/Users/bob/code", "/tmp/build", ROOTS[0], "/usr/local/lib/python3.11")
MACHINE = re.compile(r"/(?:home/\w+|root/|Users/\w+|tmp/|srv/checkout|usr/local/lib)|[A-Z]:\\Users")


def all_formats(content: dict[str, Any]) -> str:
    report = told(content, *ROOTS)
    return "\n".join(render(report, format) for format in Format)


@pytest.mark.parametrize("case", CASES)
def test_no_machine_path_is_in_any_report(case: str) -> None:
    assert not MACHINE.search(all_formats(CASES[case]()))


def test_the_documents_of_these_tests_do_hold_machine_paths() -> None:
    assert MACHINE.search(json.dumps(true_document("replaced")))


def test_no_secret_is_in_any_report() -> None:
    found = all_formats(nasty.secrets())
    for text in (PLAIN, MARKED, "other-plain-text", "third-plain-text", "v1:abc:def"):
        assert text not in found


SECRETS = st.text('abcdefghijklmnopqrstuvwxyz0123456789"\\/é<>&`|', min_size=8, max_size=24).map(
    lambda text: f"Q{text}"
)
PLACES = ("marked", "named", "in json", "twice in json", "in a list", "in the old state", "created", "deleted", "told")


def placed(place: str, secret: str, address: str) -> dict[str, Any]:
    """Return a step that holds the secret in one place."""
    document_text = json.dumps({"outer": {"password": secret}, "x": 1})
    inputs: dict[str, dict[str, Any]] = {
        "marked": {"value": nasty.marked(secret)},
        "named": {"masterPassword": secret},
        "in json": {"policy": document_text},
        "twice in json": {"policy": json.dumps({"inner": document_text})},
        "in a list": {"items": [{"api_key": secret}, nasty.marked(secret)]},
        "told": {"description": f"see {secret}!", "clientSecret": secret},
    }
    holding, other = state(address, inputs.get(place, {"secret": secret})), state(address, {"value": "x"})
    if place in ("created", "deleted"):
        return step("create", None, holding) if place == "created" else step("delete", holding)
    return step("update", *((holding, other) if place == "in the old state" else (other, holding)))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.sampled_from(PLACES), SECRETS), min_size=1, max_size=4))
def test_no_secret_of_any_document_is_in_any_report(secrets: list[tuple[str, str]]) -> None:
    steps = [
        placed(place, secret, urn("aws:ssm/parameter:Parameter", f"p{i}")) for i, (place, secret) in enumerate(secrets)
    ]
    diagnostics = [{"severity": "warning", "message": f"warning: {secret}"} for _, secret in secrets]
    found = all_formats(document(*steps, diagnostics=diagnostics))
    for _, secret in secrets:
        assert secret not in found
        assert json.dumps(secret)[1:-1] not in found


PATHS = st.tuples(
    st.sampled_from(FOLDERS), st.lists(st.from_regex(r"[a-z_.-]{1,8}", fullmatch=True), min_size=1, max_size=3)
).map(lambda parts: "/".join([parts[0], *parts[1]]))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(PATHS, st.sampled_from(["{}", "at {}:12", "file://{}", "project:///../..{}#7", '{{"a": "{}"}}', "x={}", "({})"]))
def test_no_machine_path_of_any_document_is_in_any_report(path: str, form: str) -> None:
    text = form.format(path)
    asset = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "hash": "ab12", "path": path}
    address = urn("aws:s3/bucketObjectv2:BucketObjectv2", "archive")
    old, new = (
        state(address, {"source": "x", "value": "y"}),
        state(address, {"source": asset, "value": text, path: text}),
    )
    found = all_formats(document(step("update", old, new), diagnostics=[{"severity": "warning", "message": text}]))
    assert not MACHINE.search(found)


@pytest.mark.parametrize(
    "text",
    [
        "/opt/ml/model/code",
        "/aws/sagemaker/Endpoints/recommender-dev",
        "/trainyard/dev/platform",
        "s3://bucket/home/x/y",
        "arn:aws:iam::000000000001:role/root/x",
        "https://example.com/tmp/x",
        "/rooted/x",
    ],
)
def test_what_only_looks_like_a_path_of_a_machine_stays(text: str) -> None:
    assert Concealer({}).text(text) == text


def test_an_asset_is_told_by_its_name_and_hash() -> None:
    asset = {
        "4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17",
        "hash": "3e2197404146ef021b25",
        "path": "/home/ci/model.tar.gz",
    }
    assert Concealer({}).value(asset) == "file model.tar.gz, sha256 3e2197404146"


def test_an_archive_of_several_files_is_told_by_their_number() -> None:
    content = {"4dabf18193072939515e22adb298388d": "c44067f5952c0a294b673a41bacd8c17", "path": "src/handler.py"}
    archive = {
        "4dabf18193072939515e22adb298388d": "0def7320c3a5731c473e5ecbe6d01bc7",
        "assets": {"handler.py": content, "plan.py": content},
        "hash": "bac920a6ac68d1",
    }
    assert Concealer({}).value(archive) == "archive of 2 files, sha256 bac920a6ac68"


@pytest.mark.parametrize(
    "key", ["password", "dbPassword", "DB_PASSWORD", "secretString", "apiKey", "private-key", "token"]
)
def test_names_of_secrets_are_known(key: str) -> None:
    assert is_secret_name(key)


@pytest.mark.parametrize("key", ["secretArn", "passwordPolicy", "maxTokens", "hashKey", "kmsKeyId", "tokenValidity"])
def test_names_that_only_speak_of_secrets_are_none(key: str) -> None:
    assert not is_secret_name(key)


@pytest.mark.parametrize(
    "text",
    [
        "postgres://bob:pa55w0rd@db:5432/x",
        "AKIAIOSFODNN7EXAMPLE",
        "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----",
    ],
)
def test_credentials_are_known_by_their_form(text: str) -> None:
    hidden = Concealer({}).text(text)
    assert SECRET in hidden
    assert "pa55w0rd" not in hidden
    assert "abc" not in hidden


def test_colour_codes_go() -> None:
    assert Concealer({}).text("\x1b[31mred\x1b[0m <{%fg 1%}>text<{%reset%}>") == "red text"
