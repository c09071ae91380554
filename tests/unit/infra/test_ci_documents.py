"""What the roles of CI may do, and what they may never do."""

import json
from typing import Any

import pytest

from infra import iam_documents, naming
from infra.ci import boundary, data, deploy, preview, services
from infra.ci.estate import CiEstate
from infra.ci.trust import github_trust, provider_arn
from infra.iam_statements import Estate
from tests.harness.iam import allowed
from trainyard.acceptance import AcceptanceRecord

ACCOUNT, REGION = "111111111111", "ap-southeast-1"
HERE = f"{REGION}:{ACCOUNT}"
BUCKET = f"arn:aws:s3:::trainyard-state-{ACCOUNT}-{REGION}"
STATE_KEY = f"arn:aws:kms:{HERE}:key/0a1b2c3d-state"
OTHER_KEY = f"arn:aws:kms:{HERE}:key/4e5f6a7b-data"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/trainyard-boundary"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/roles-training-1234567"
ESTATE = CiEstate(
    account=ACCOUNT,
    region=REGION,
    environment="dev",
    project="trainyard",
    state_bucket_arn=BUCKET,
    state_key_arn=STATE_KEY,
    boundary_arn=BOUNDARY,
)
READING, CHANGING, SOURCES = (make(ESTATE) for make in (services.reading, services.changing, services.changing_sources))
PREVIEW, DEPLOY, LIMIT = preview.preview(ESTATE), deploy.deploy(ESTATE), boundary.boundary(ESTATE)
DOCUMENTS = {
    "reading": READING,
    "changing": CHANGING,
    "changing-sources": SOURCES,
    "preview": PREVIEW,
    "data": data.data(ESTATE),
    "deploy": DEPLOY,
    "boundary": LIMIT,
}
PLATFORM = Estate(
    account=ACCOUNT,
    region=REGION,
    environment="dev",
    key_arn=OTHER_KEY,
    raw_bucket_arn="arn:aws:s3:::data-raw",
    features_bucket_arn="arn:aws:s3:::data-features",
    artifacts_bucket_arn="arn:aws:s3:::data-artifacts",
    capture_bucket_arn="arn:aws:s3:::data-capture",
    repository_arns=[f"arn:aws:ecr:{HERE}:repository/trainyard/recommender"],
    table_arn=f"arn:aws:dynamodb:{HERE}:table/trainyard-dev-deployments",
    topic_arn=f"arn:aws:sns:{HERE}:notifications-topic-1234567",
    online_table_arns=[f"arn:aws:dynamodb:{HERE}:table/trainyard_dev_recommender.customer_features_v2"],
    endpoint_names=["recommender-dev"],
)

UNSCOPED = {
    "application-autoscaling:DescribeScalableTargets": "describes all targets of a namespace",
    "application-autoscaling:DescribeScalingPolicies": "describes all policies of a namespace",
    "application-autoscaling:DescribeScheduledActions": "describes all scheduled actions of a namespace",
    "cloudwatch:DescribeAlarms": "describes by prefix",
    "ecr:GetAuthorizationToken": "the token is of the account",
    "kms:CreateKey": "the key has no ARN yet",
    "kms:ListAliases": "lists the account's",
    "logs:DescribeLogGroups": "describes by prefix",
    "sns:GetSubscriptionAttributes": "a subscription is no resource of IAM",
    "sns:Unsubscribe": "a subscription is no resource of IAM",
    "ssm:DescribeParameters": "describes by filter",
}
"""Beside EC2's Describe: why AWS knows no narrower resource than `*` (service authorization reference)."""


def may_preview(action: str, resource: str = "*", **context: str) -> bool:
    return allowed(action, resource, [READING, PREVIEW], boundary=LIMIT, context=_here(context))


def may_deploy(action: str, resource: str = "*", **context: str) -> bool:
    return allowed(action, resource, [READING, CHANGING, SOURCES, DEPLOY], boundary=LIMIT, context=_here(context))


def _here(context: dict[str, str]) -> dict[str, str]:
    given = {key.replace("__", ":"): value for key, value in context.items()}
    return {"aws:RequestedRegion": REGION, "aws:ResourceAccount": ACCOUNT, **given}


def statements(effect: str) -> list[tuple[str, dict[str, Any]]]:
    return [(name, each) for name, made in DOCUMENTS.items() for each in made["Statement"] if each["Effect"] == effect]


def actions_of(document: dict[str, Any]) -> list[str]:
    return [action for each in document["Statement"] if each["Effect"] == "Allow" for action in each["Action"]]


def test_nothing_is_allowed_by_the_star_but_kinds_of_action_in_the_boundary() -> None:
    for name, statement in statements("Allow"):
        for action in statement["Action"]:
            assert not action.endswith(":*"), (name, action)
            assert "*" not in action or name == "boundary", (name, action)


def test_every_star_resource_has_a_reason() -> None:
    for name, statement in statements("Allow"):
        if "*" in statement["Resource"] and name != "boundary":
            unreasoned = {each for each in statement["Action"] if not each.startswith("ec2:Describe")} - UNSCOPED.keys()
            assert not unreasoned, (name, unreasoned)


@pytest.mark.parametrize("name", ["reading", "changing", "changing-sources", "boundary"])
def test_a_managed_policy_fits_into_what_aws_allows(name: str) -> None:
    assert len(json.dumps(DOCUMENTS[name], separators=(",", ":"))) <= 6144


@pytest.mark.parametrize("name", ["preview", "deploy"])
def test_a_roles_own_policy_fits_into_what_aws_allows(name: str) -> None:
    assert len(json.dumps(DOCUMENTS[name], separators=(",", ":"))) <= 10240


def test_ci_makes_an_mlflow_app_and_sees_it_but_reads_and_writes_no_run() -> None:
    app = f"arn:aws:sagemaker:{HERE}:mlflow-app/app-1"
    assert may_preview("sagemaker:DescribeMlflowApp", app)
    assert not may_preview("sagemaker:UpdateMlflowApp", app)
    for verb in ("Create", "Describe", "Update", "Delete"):
        assert may_deploy(f"sagemaker:{verb}MlflowApp", app)
    assert not may_deploy("sagemaker:CallMlflowAppApi", app)


def test_the_boundary_lets_jobs_tell_an_app_of_runs() -> None:
    app = f"arn:aws:sagemaker:{HERE}:mlflow-app/app-1"
    for action in ("sagemaker:CallMlflowAppApi", "sagemaker:DescribeMlflowApp"):
        told = iam_documents.tell_tracking(app)
        assert allowed(action, app, [told], boundary=LIMIT, context=_here({}))


def test_the_names_of_statements_differ() -> None:
    for name, made in DOCUMENTS.items():
        sids = [each["Sid"] for each in made["Statement"]]
        assert len(set(sids)) == len(sids), name
        assert all(sid.isalnum() for sid in sids), name


def test_only_jobs_of_one_environment_take_on_a_role() -> None:
    (statement,) = github_trust(provider_arn(ACCOUNT), "octo-org@1/octo-repo@2", "dev-preview")["Statement"]
    assert statement["Principal"] == {
        "Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/token.actions.githubusercontent.com"
    }
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": "repo:octo-org@1/octo-repo@2:environment:dev-preview",
        }
    }


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:orders"),
        ("secretsmanager:BatchGetSecretValue", "*"),
        ("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/payments/key"),
        ("ssm:GetParameters", f"arn:aws:ssm:{HERE}:parameter/payments/key"),
        ("ssm:GetParametersByPath", f"arn:aws:ssm:{HERE}:parameter/payments"),
        ("ssm:GetParameterHistory", f"arn:aws:ssm:{HERE}:parameter/trainyard/dev/platform"),
        ("kms:Decrypt", OTHER_KEY),
        ("s3:GetObject", "arn:aws:s3:::data-raw-bucket-1/orders.parquet"),
        ("s3:GetObject", "arn:aws:s3:::data-artifacts-bucket-1/recommender/models/model.tar.gz"),
        ("s3:GetObjectVersion", "arn:aws:s3:::data-capture-bucket-1/a"),
        ("dynamodb:GetItem", f"arn:aws:dynamodb:{HERE}:table/trainyard-dev-deployments"),
        ("dynamodb:Scan", f"arn:aws:dynamodb:{HERE}:table/trainyard-dev-deployments"),
        ("logs:GetLogEvents", f"arn:aws:logs:{HERE}:log-group:/aws/sagemaker/Endpoints/x:log-stream:y"),
        ("logs:StartQuery", f"arn:aws:logs:{HERE}:log-group:/aws/sagemaker/Endpoints/x"),
        ("ecr:GetDownloadUrlForLayer", f"arn:aws:ecr:{HERE}:repository/trainyard/recommender"),
        ("ecr:BatchGetImage", f"arn:aws:ecr:{HERE}:repository/trainyard/recommender"),
        ("sagemaker:InvokeEndpoint", f"arn:aws:sagemaker:{HERE}:endpoint/recommender-dev"),
        ("sts:AssumeRole", ROLE),
    ],
)
def test_the_preview_role_reads_nothing_of_value_even_if_somebody_allows_everything(action: str, resource: str) -> None:
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    assert not may_preview(action, resource)
    assert not allowed(action, resource, [READING, PREVIEW, everything], context=_here({}))


def test_the_preview_role_changes_nothing() -> None:
    changing = {*actions_of(CHANGING), *actions_of(SOURCES)} | {
        "s3:PutObject",
        "s3:DeleteObject",
        "kms:Encrypt",
        "kms:GenerateDataKey",
    }
    assert not changing & {*actions_of(READING), *actions_of(PREVIEW)}
    assert not may_preview("s3:PutObject", f"{BUCKET}/.pulumi/locks/organization/trainyard/dev/1.json")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", f"{BUCKET}/.pulumi/meta.yaml"),
        ("s3:GetObject", f"{BUCKET}/.pulumi/stacks/trainyard/dev.json"),
        ("s3:ListBucket", BUCKET),
        ("kms:Decrypt", STATE_KEY),
        ("s3:GetObject", "arn:aws:s3:::data-artifacts-bucket-1/recommender/baseline/0a1b/model.tar.gz"),
        ("s3:GetBucketPolicy", "arn:aws:s3:::data-raw-bucket-1"),
        ("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/trainyard/dev/platform"),
        ("sagemaker:DescribeEndpoint", f"arn:aws:sagemaker:{HERE}:endpoint/recommender-dev"),
        ("iam:GetRolePolicy", ROLE),
        ("ec2:DescribeVpcs", "*"),
    ],
)
def test_both_roles_read_what_a_preview_with_refresh_reads(action: str, resource: str) -> None:
    assert may_preview(action, resource)
    assert may_deploy(action, resource)


def test_the_state_of_another_account_or_project_stays_closed() -> None:
    state = f"{BUCKET}/.pulumi/stacks/trainyard/dev.json"
    assert not may_preview("s3:GetObject", state, aws__ResourceAccount="222222222222")
    assert not may_deploy("s3:PutObject", state, aws__ResourceAccount="222222222222")
    for folder in ("stacks", "history", "locks/organization"):
        assert not may_deploy("s3:PutObject", f"{BUCKET}/.pulumi/{folder}/trainyard-bootstrap/dev.json")
        assert not may_preview("s3:GetObject", f"{BUCKET}/.pulumi/{folder}/trainyard-bootstrap/dev.json")


@pytest.mark.parametrize("folder", ["stacks", "history", "backups", "locks/organization"])
def test_the_deploy_role_keeps_the_platforms_state(folder: str) -> None:
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"):
        assert may_deploy(action, f"{BUCKET}/.pulumi/{folder}/trainyard/dev/1.json")


def test_the_deploy_role_makes_bounded_roles_only() -> None:
    for action in ("iam:CreateRole", "iam:PutRolePolicy", "iam:PutRolePermissionsBoundary"):
        assert may_deploy(action, ROLE, iam__PermissionsBoundary=BOUNDARY)
        assert not may_deploy(action, ROLE)
        assert not may_deploy(action, ROLE, iam__PermissionsBoundary="arn:aws:iam::aws:policy/AdministratorAccess")
    assert not may_deploy("iam:DeleteRolePermissionsBoundary", ROLE)
    assert not may_deploy("iam:AttachRolePolicy", ROLE, iam__PermissionsBoundary=BOUNDARY)
    assert not may_deploy("iam:CreateRole", f"arn:aws:iam::{ACCOUNT}:role/admin", iam__PermissionsBoundary=BOUNDARY)


def test_the_deploy_role_passes_roles_to_sagemaker_only() -> None:
    assert may_deploy("iam:PassRole", ROLE, iam__PassedToService="sagemaker.amazonaws.com")
    assert not may_deploy("iam:PassRole", ROLE, iam__PassedToService="ec2.amazonaws.com")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("iam:UpdateAssumeRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/trainyard-deploy"),
        ("iam:PutRolePolicy", f"arn:aws:iam::{ACCOUNT}:role/trainyard-preview"),
        ("iam:CreatePolicyVersion", BOUNDARY),
        ("iam:AddClientIDToOpenIDConnectProvider", provider_arn(ACCOUNT)),
        ("kms:ScheduleKeyDeletion", STATE_KEY),
        ("kms:PutKeyPolicy", STATE_KEY),
        ("kms:UpdateAlias", f"arn:aws:kms:{HERE}:alias/trainyard-state"),
        ("s3:DeleteObjectVersion", f"{BUCKET}/.pulumi/stacks/trainyard/dev.json"),
        ("s3:DeleteBucket", BUCKET),
        ("s3:PutBucketPolicy", BUCKET),
        ("s3:PutBucketVersioning", BUCKET),
        ("s3:PutAccountPublicAccessBlock", "*"),
        ("ec2:DisableEbsEncryptionByDefault", "*"),
    ],
)
def test_what_guards_the_account_stays_closed_even_if_somebody_allows_everything(action: str, resource: str) -> None:
    everything = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    context = _here({"iam__PermissionsBoundary": BOUNDARY})
    assert not may_deploy(action, resource, iam__PermissionsBoundary=BOUNDARY)
    # A role that the deploy role makes has the boundary, whatever its own document says.
    assert not allowed(action, resource, [everything], boundary=LIMIT, context=context)


def test_the_deploy_role_changes_keys_but_not_the_states() -> None:
    assert may_deploy("kms:PutKeyPolicy", OTHER_KEY)
    assert may_deploy("kms:Decrypt", OTHER_KEY, kms__ViaService=f"s3.{REGION}.amazonaws.com")
    assert not may_deploy("kms:Decrypt", OTHER_KEY)
    assert may_deploy("kms:Encrypt", STATE_KEY)


def test_the_tables_of_an_online_store_are_made_by_the_deploy_role_and_read_by_none_of_ci() -> None:
    table = f"arn:aws:dynamodb:{HERE}:table/{naming.online_table(naming.online_store('recommender', 'dev'), 2)}"
    assert may_deploy("dynamodb:CreateTable", table)
    assert not may_deploy("dynamodb:CreateTable", f"arn:aws:dynamodb:{HERE}:table/other.customer_features_v2")
    assert not may_deploy("dynamodb:BatchGetItem", table)
    assert not may_preview("dynamodb:BatchGetItem", table)


def test_the_deploy_role_records_acceptances_but_neither_approvals_nor_releases() -> None:
    table = PLATFORM.table_arn
    acceptance = ["service", "release_id", *AcceptanceRecord.__dataclass_fields__]
    assert may_deploy("dynamodb:GetItem", table)
    assert may_deploy("dynamodb:PutItem", table, dynamodb__Attributes=",".join(acceptance))
    for forged in ("approved_by", "plan", "current"):
        assert not may_deploy("dynamodb:PutItem", table, dynamodb__Attributes=f"service,release_id,{forged}")
    assert not may_deploy("dynamodb:UpdateItem", table)
    assert not may_deploy("dynamodb:DeleteItem", table)


def test_nothing_happens_in_another_region() -> None:
    resource = f"arn:aws:sagemaker:{HERE}:endpoint/recommender-dev"
    assert may_deploy("sagemaker:CreateEndpoint", resource)
    assert not may_deploy("sagemaker:CreateEndpoint", resource, aws__RequestedRegion="us-east-1")


def test_no_role_of_ci_reads_or_deletes_data() -> None:
    for action in ("s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"):
        assert not may_deploy(action, "arn:aws:s3:::data-raw-bucket-1/orders.parquet")


@pytest.mark.parametrize(
    "document",
    [
        iam_documents.training(PLATFORM),
        iam_documents.serving(PLATFORM, "arn:aws:ecr:ap-southeast-1:222222222222:repository/sagemaker-scikit-learn"),
        iam_documents.pipeline(PLATFORM, ROLE),
        iam_documents.release(PLATFORM, ROLE),
        iam_documents.approval(PLATFORM),
    ],
    ids=["training", "serving", "pipeline", "release", "approval"],
)
def test_the_boundary_takes_nothing_from_the_platforms_roles(document: dict[str, Any]) -> None:
    context = _here({"iam__PassedToService": "sagemaker.amazonaws.com"})
    for statement in document["Statement"]:
        for action in statement["Action"]:
            for resource in statement["Resource"]:
                assert allowed(action, resource, [LIMIT], context=context), (action, resource)


DATA = data.data(ESTATE)
FEATURES = "arn:aws:s3:::data-features-bucket-1"


def may_handle_data(action: str, resource: str, context: dict[str, str]) -> bool:
    return allowed(action, resource, [DATA], boundary=LIMIT, context=_here(context))


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:GetObject", "arn:aws:s3:::data-raw-bucket-1/recommender/orders/2024-06-28-a/orders.parquet", {}),
        ("s3:GetObject", f"{FEATURES}/recommender/history/manifests/0000000001.json", {}),
        ("s3:GetObject", f"{FEATURES}/dvc/files/md5/ab/cd", {}),
        ("s3:PutObject", f"{FEATURES}/dvc/files/md5/ab/cd", {}),
        ("s3:ListBucket", FEATURES, {"s3:prefix": "recommender/history/manifests/"}),
        ("s3:ListBucket", "arn:aws:s3:::data-raw-bucket-1", {"s3:prefix": "recommender/orders/"}),
        ("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/trainyard/dev/platform", {}),
        ("kms:Decrypt", OTHER_KEY, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}),
    ],
)
def test_the_data_role_reads_snapshots_and_keeps_versions(action: str, resource: str, context: dict[str, str]) -> None:
    assert may_handle_data(action, resource, context)


@pytest.mark.parametrize(
    ("action", "resource", "context"),
    [
        ("s3:PutObject", f"{FEATURES}/recommender/history/manifests/0000000001.json", {}),
        ("s3:PutObject", "arn:aws:s3:::data-raw-bucket-1/recommender/orders/2024-06-28-a/orders.parquet", {}),
        ("s3:DeleteObject", f"{FEATURES}/dvc/files/md5/ab/cd", {}),
        ("s3:GetObject", f"{FEATURES}/recommender/runs/1/features/rows.parquet", {}),
        ("s3:GetObject", "arn:aws:s3:::data-artifacts-bucket-1/recommender/runs/1/model/model.tar.gz", {}),
        ("s3:GetObject", "arn:aws:s3:::data-capture-bucket-1/a", {}),
        ("s3:GetObject", f"{BUCKET}/.pulumi/stacks/trainyard/dev.json", {}),
        ("s3:ListBucket", FEATURES, {"s3:prefix": "recommender/runs/"}),
        ("s3:GetObject", f"{FEATURES}/dvc/files/md5/ab/cd", {"aws:ResourceAccount": "222222222222"}),
        ("ssm:GetParameter", f"arn:aws:ssm:{HERE}:parameter/trainyard/prod/platform", {}),
        ("kms:Decrypt", OTHER_KEY, {}),
        ("kms:Decrypt", STATE_KEY, {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}),
        ("secretsmanager:GetSecretValue", f"arn:aws:secretsmanager:{HERE}:secret:trainyard/dev/recommender/source", {}),
        ("sagemaker:StartPipelineExecution", f"arn:aws:sagemaker:{HERE}:pipeline/recommender-dev", {}),
        ("iam:PassRole", ROLE, {}),
    ],
)
def test_the_data_role_does_nothing_else(action: str, resource: str, context: dict[str, str]) -> None:
    assert not may_handle_data(action, resource, context)
