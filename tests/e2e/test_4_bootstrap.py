"""An account from nothing on the local cloud: bootstrap, its state in its own bucket, another project's state there."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcloud.client_environment import variables
from localcloud.home import Home
from localcloud.testing import CloudUnderTest, running_cloud

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(900)]

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent
BUCKET = "trainyard-state-000000000001-eu-west-1"
STATE = f"s3://{BUCKET}?region=eu-west-1&awssdk=v2&use_path_style=true"
KEY = "awskms://alias/trainyard-state?region=eu-west-1&awssdk=v2"
COMMAND = "import typer; from trainyard.cli.bootstrap import bootstrap; typer.run(bootstrap)"
PROGRAM = """
import pulumi, pulumi_aws as aws
aws.ssm.Parameter("secret", name="/tiny/secret", type="SecureString", value=pulumi.Config().require_secret("word"))
"""


@dataclass(frozen=True)
class Account:
    """A checkout, a local cloud, and the shell of whoever prepares the account."""

    project: Path
    aws: CloudUnderTest
    environ: dict[str, str]

    def bootstrap(self) -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, "-c", COMMAND, "--stack", "dev", "--yes"], self.project)

    def pulumi(self, folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self._run(["pulumi", *arguments, "--non-interactive"], folder, PULUMI_BACKEND_URL=STATE)

    def own(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the engine on the bootstrap project itself."""
        return self.pulumi(self.project / ".trainyard/bootstrap/dev/project", *arguments, "--stack", "dev")

    def dials(self, **changed: dict[str, Any]) -> None:
        """Change groups of the bootstrap project's stack file, from what is committed."""
        file = "stacks/bootstrap/Pulumi.dev.yaml"
        tree = yaml.safe_load((ROOT / file).read_text())
        for group, values in {"github": {"repository": "octo-org@1/octo-repo@2"}, **changed}.items():
            tree["config"][f"trainyard-bootstrap:{group}"] |= values
        (self.project / file).write_text(yaml.safe_dump(tree, sort_keys=False))

    def objects(self) -> list[str]:
        return [each["Key"] for each in self.aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", [])]

    def _run(self, command: list[str], folder: Path, **more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            command, cwd=folder, env={**self.environ, **more}, capture_output=True, text=True, check=False, timeout=300
        )


@pytest.fixture(scope="module")
def account(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Account]:
    if shutil.which("pulumi") is None:
        pytest.skip("no Pulumi engine on PATH; `make engine` obtains one")
    folder = Path(tmp_path_factory.mktemp("account"))
    project = folder / "checkout"
    for name in ("stacks", "infra"):
        shutil.copytree(ROOT / name, project / name, ignore=shutil.ignore_patterns("__pycache__"))
    for file in [*ROOT.glob("Pulumi*.yaml"), ROOT / "__main__.py"]:
        shutil.copy2(file, project)
    with running_cloud(folder / "cloud", speed=20) as aws:
        yield Account(project, aws, shell(folder, project, aws))


def shell(folder: Path, project: Path, aws: CloudUnderTest) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PULUMI_", "TRAINYARD_"))}
    return {
        **kept,
        **variables(Home(folder / "cloud"), aws.endpoint_url, aws.proxy_url, aws.scope),
        "PATH": os.pathsep.join([str(BIN), os.environ["PATH"]]),
        "PULUMI_HOME": str(folder / "pulumi"),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "TRAINYARD_PROJECT": str(project),
        "TRAINYARD_TARGET": "local",
    }


@pytest.fixture(scope="module")
def prepared(account: Account) -> Account:
    """The account after the first `trainyard bootstrap`."""
    account.dials()
    done = account.bootstrap()
    assert done.returncode == 0, done.stderr
    assert f"export PULUMI_BACKEND_URL='{STATE}'" in done.stdout.splitlines()
    assert f"export PULUMI_OPTION_SECRETS_PROVIDER='{KEY}'" in done.stdout.splitlines()
    assert "moving the state" in done.stderr
    return account


@pytest.fixture(scope="module")
def tiny(prepared: Account, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another project, with a secret, whose state is in the account's bucket."""
    folder = Path(tmp_path_factory.mktemp("tiny"))
    (folder / "Pulumi.yaml").write_text("name: trainyard\nruntime: python\n")
    (folder / "__main__.py").write_text(PROGRAM)
    # As `trainyard up` begins: the variable that bootstrap printed is enough.
    begun = prepared._run(
        ["pulumi", "stack", "select", "dev", "--create"],
        folder,
        PULUMI_BACKEND_URL=STATE,
        PULUMI_OPTION_SECRETS_PROVIDER=KEY,
    )
    assert begun.returncode == 0, begun.stderr
    assert prepared.pulumi(folder, "config", "set", "--secret", "word", "swordfish", "--stack", "dev").returncode == 0
    done = prepared.pulumi(folder, "up", "--yes", "--skip-preview", "--stack", "dev")
    assert done.returncode == 0, done.stdout
    return folder


def test_the_state_of_the_bootstrap_project_is_in_the_bucket_that_it_made(prepared: Account) -> None:
    assert ".pulumi/stacks/trainyard-bootstrap/dev.json" in prepared.objects()
    assert not (prepared.project / ".trainyard/bootstrap/dev/state").exists()


def test_a_second_preview_shows_nothing_also_with_refresh(prepared: Account) -> None:
    for arguments in ((), ("--refresh",)):
        done = prepared.own("preview", "--expect-no-changes", *arguments)
        assert done.returncode == 0, done.stdout


def test_running_it_again_changes_nothing(prepared: Account) -> None:
    again = prepared.bootstrap()
    assert again.returncode == 0, again.stderr
    assert "moving the state" not in again.stderr
    assert "43 unchanged" in again.stderr
    assert "created" not in again.stderr


def test_a_move_that_was_interrupted_is_finished_by_the_next_run(prepared: Account) -> None:
    """The state as it is between the two: the file knows everything, the bucket has an empty stack."""
    s3, key = prepared.aws.client("s3"), ".pulumi/stacks/trainyard-bootstrap/dev.json"
    whole = s3.get_object(Bucket=BUCKET, Key=key)["Body"].read()
    file = prepared.project / ".trainyard/bootstrap/dev/state/.pulumi/stacks/trainyard-bootstrap/dev.json"
    file.parent.mkdir(parents=True)
    (file.parents[2] / "meta.yaml").write_text("version: 1\n")
    file.write_bytes(whole)
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps({"version": 3, "checkpoint": {"stack": "dev"}}).encode())
    done = prepared.bootstrap()
    assert done.returncode == 0, done.stderr
    assert "moving the state" in done.stderr
    assert prepared.own("preview", "--expect-no-changes").returncode == 0


def test_the_roles_on_the_cloud_have_the_boundary_and_the_trust(prepared: Account) -> None:
    iam = prepared.aws.client("iam")
    for role, environment in (
        ("trainyard-deploy", "dev"),
        ("trainyard-preview", "dev-preview"),
        ("trainyard-data", "dev-data"),
    ):
        found = iam.get_role(RoleName=role)["Role"]
        assert found["PermissionsBoundary"]["PermissionsBoundaryArn"].endswith(":policy/trainyard-boundary")
        (statement,) = found["AssumeRolePolicyDocument"]["Statement"]
        subject = statement["Condition"]["StringEquals"]["token.actions.githubusercontent.com:sub"]
        assert subject == f"repo:octo-org@1/octo-repo@2:environment:{environment}"


def test_a_secret_is_encrypted_in_the_state_and_its_key_in_the_stack_file(prepared: Account, tiny: Path) -> None:
    body = prepared.aws.client("s3").get_object(Bucket=BUCKET, Key=".pulumi/stacks/trainyard/dev.json")["Body"].read()
    assert b"swordfish" not in body
    assert b"ciphertext" in body
    written = yaml.safe_load((tiny / "Pulumi.dev.yaml").read_text())
    assert written["secretsprovider"] == KEY
    assert written["encryptedkey"]
    shown = prepared.pulumi(tiny, "config", "get", "word", "--stack", "dev")
    assert shown.stdout.strip() == "swordfish"


def test_a_key_that_is_disabled_closes_the_state(prepared: Account, tiny: Path) -> None:
    kms = prepared.aws.client("kms")
    key = kms.describe_key(KeyId="alias/trainyard-state")["KeyMetadata"]["KeyId"]
    kms.disable_key(KeyId=key)
    try:
        refused = prepared.pulumi(tiny, "preview", "--stack", "dev")
        assert refused.returncode != 0
        assert "is disabled" in refused.stdout + refused.stderr
    finally:
        kms.enable_key(KeyId=key)


def test_versions_of_the_state_accumulate(prepared: Account, tiny: Path) -> None:
    def versions() -> int:
        answer = prepared.aws.client("s3").list_object_versions(
            Bucket=BUCKET, Prefix=".pulumi/stacks/trainyard/dev.json"
        )
        return len([each for each in answer["Versions"] if each["Key"].endswith("/dev.json")])

    before = versions()
    assert prepared.pulumi(tiny, "config", "set", "--secret", "word", "halibut", "--stack", "dev").returncode == 0
    assert prepared.pulumi(tiny, "up", "--yes", "--skip-preview", "--stack", "dev").returncode == 0
    assert versions() > before > 1


def test_a_second_update_at_the_same_time_is_refused(prepared: Account, tiny: Path) -> None:
    lock = ".pulumi/locks/organization/trainyard/dev/of-another.json"
    content = {"pid": 1, "username": "somebody", "hostname": "elsewhere", "timestamp": "2026-01-01T00:00:00Z"}
    s3 = prepared.aws.client("s3")
    s3.put_object(Bucket=BUCKET, Key=lock, Body=json.dumps(content).encode())
    try:
        refused = prepared.pulumi(tiny, "up", "--yes", "--stack", "dev")
        assert refused.returncode != 0
        assert "the stack is currently locked by 1 lock(s)" in refused.stdout + refused.stderr
        assert "somebody@elsewhere" in refused.stdout + refused.stderr
        assert prepared.pulumi(tiny, "preview", "--stack", "dev").returncode == 0
    finally:
        s3.delete_object(Bucket=BUCKET, Key=lock)


def test_a_preview_writes_nothing_into_the_bucket(prepared: Account, tiny: Path) -> None:
    """So the preview role needs no right to write: with writing denied to everybody, previews still work."""
    s3 = prepared.aws.client("s3")
    before = s3.get_bucket_policy(Bucket=BUCKET)["Policy"]
    deny = {
        "Effect": "Deny",
        "Principal": {"AWS": "*"},
        "Action": ["s3:PutObject", "s3:DeleteObject"],
        "Resource": f"arn:aws:s3:::{BUCKET}/*",
    }
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Version": "2012-10-17", "Statement": [deny]}))
    try:
        assert prepared.pulumi(tiny, "preview", "--refresh", "--stack", "dev").returncode == 0
        refused = prepared.pulumi(tiny, "up", "--yes", "--skip-preview", "--stack", "dev")
        assert refused.returncode != 0
    finally:
        s3.put_bucket_policy(Bucket=BUCKET, Policy=before)


def test_a_guard_that_is_said_to_exist_after_all_is_not_deleted(prepared: Account) -> None:
    """It is protected: the engine refuses, so the account is at no time without it."""
    prepared.dials(existing={"public_access_block": True})
    refused = prepared.bootstrap()
    assert refused.returncode == 1
    assert "guards-public-access" in refused.stderr
    assert "protected" in refused.stderr
    prepared.dials()


def test_destroy_keeps_what_is_protected_and_says_so(prepared: Account) -> None:
    done = prepared.own("destroy", "--yes", "--exclude-protected")
    assert done.returncode == 0, done.stdout
    assert "All unprotected resources were destroyed. There are still" in done.stdout
    assert "protected resources associated with this stack" in done.stdout
    names = {each["RoleName"] for each in prepared.aws.client("iam").list_roles()["Roles"]}
    assert not names & {"trainyard-deploy", "trainyard-preview", "trainyard-data"}
    assert prepared.aws.client("s3").get_bucket_versioning(Bucket=BUCKET)["Status"] == "Enabled"
    kept = prepared.aws.client("kms").describe_key(KeyId="alias/trainyard-state")["KeyMetadata"]
    assert kept["KeyState"] == "Enabled"


def test_an_account_that_has_everything_gets_only_what_it_lacks(prepared: Account) -> None:
    """The state is lost, what it described is still there: `existing` takes it over instead of making it again."""
    aws, s3 = prepared.aws, prepared.aws.client("s3")
    key = aws.client("kms").describe_key(KeyId="alias/trainyard-state")["KeyMetadata"]["Arn"]
    for name in [name for name in prepared.objects() if "/trainyard-bootstrap/" in name]:
        s3.delete_object(Bucket=BUCKET, Key=name)
    provider = "arn:aws:iam::000000000001:oidc-provider/token.actions.githubusercontent.com"
    prepared.dials(
        github={"repository": ""},
        existing={
            "state_bucket": BUCKET,
            "state_key_arn": key,
            "oidc_provider_arn": provider,
            "public_access_block": True,
            "volume_encryption": True,
            "service_linked_roles": ["sagemaker.application-autoscaling.amazonaws.com"],
        },
    )
    aws.client("kms").delete_alias(AliasName="alias/trainyard-state")  # an alias cannot be taken over, only made
    aws.client("iam").delete_policy(PolicyArn="arn:aws:iam::000000000001:policy/trainyard-boundary")
    done = prepared.bootstrap()
    assert done.returncode == 0, done.stderr
    exported = json.loads(prepared.own("stack", "export").stdout)["deployment"]["resources"]
    made = {each["urn"].rsplit("::", 1)[1] for each in exported if each["custom"] and each["type"].startswith("aws:")}
    assert made == {"state-alias", "ci-boundary"}
