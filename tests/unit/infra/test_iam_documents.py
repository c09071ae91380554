import json
from collections.abc import Iterator
from dataclasses import replace
from fnmatch import fnmatchcase
from typing import Any

import pytest

from infra import iam_documents, resource_policies
from infra.iam_statements import Document, Estate
from tests.harness.iam import allowed
from trainyard.registry.approval import PARTITION

ACCOUNT = "111111111111"
ESTATE = Estate(
    account=ACCOUNT,
    region="eu-west-1",
    environment="dev",
    key_arn=f"arn:aws:kms:eu-west-1:{ACCOUNT}:key/k",
    raw_bucket_arn="arn:aws:s3:::raw",
    features_bucket_arn="arn:aws:s3:::features",
    artifacts_bucket_arn="arn:aws:s3:::artifacts",
    capture_bucket_arn="arn:aws:s3:::capture",
    repository_arns=[f"arn:aws:ecr:eu-west-1:{ACCOUNT}:repository/trainyard/recommender"],
    table_arn=f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/t",
    topic_arn=f"arn:aws:sns:eu-west-1:{ACCOUNT}:topic",
    endpoint_names=["recommender-dev", "ranker-dev"],
)
ROLES: dict[str, Document] = {
    "training": iam_documents.training(ESTATE),
    "serving": iam_documents.serving(ESTATE, "arn:aws:ecr:eu-west-1:141502667606:repository/sagemaker-scikit-learn"),
    "pipeline": iam_documents.pipeline(ESTATE, f"arn:aws:iam::{ACCOUNT}:role/training"),
    "release": iam_documents.release(ESTATE, f"arn:aws:iam::{ACCOUNT}:role/serving"),
    "approval": iam_documents.approval(ESTATE),
    "retraining": iam_documents.retraining(ESTATE),
}
WITHOUT_ARNS = {
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScheduledActions",
    "servicequotas:ListAWSDefaultServiceQuotas",
    "servicequotas:ListServiceQuotas",
    "ecr:GetAuthorizationToken",
    "cloudwatch:GetMetricData",
    "cloudwatch:PutMetricData",
    "sagemaker:ListModelPackages",
}
"""Actions that AWS authorises on `*` only; so does it all of EC2's descriptions."""


def statements(role: str) -> list[dict[str, Any]]:
    return ROLES[role]["Statement"]


def actions(role: str) -> Iterator[str]:
    return (action for statement in statements(role) for action in statement["Action"])


@pytest.mark.parametrize("role", ROLES)
def test_no_role_has_a_wildcard_action(role: str) -> None:
    assert [action for action in actions(role) if "*" in action] == []


@pytest.mark.parametrize("role", ROLES)
def test_any_resource_is_allowed_only_where_aws_knows_no_narrower_one(role: str) -> None:
    for statement in statements(role):
        if "*" in statement["Resource"]:
            wide = {action for action in statement["Action"] if not action.startswith("ec2:Describe")}
            assert wide <= WITHOUT_ARNS


@pytest.mark.parametrize("role", ROLES)
def test_buckets_are_only_touched_in_the_environments_own_account(role: str) -> None:
    for statement in statements(role):
        if any(action.startswith("s3:") for action in statement["Action"]):
            assert statement["Condition"] == {"StringEquals": {"aws:ResourceAccount": ACCOUNT}}


@pytest.mark.parametrize("role", ROLES)
def test_statement_ids_are_unique(role: str) -> None:
    ids = [statement["Sid"] for statement in statements(role)]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_passed_to_sagemaker_alone(role: str) -> None:
    for statement in statements(role):
        if "iam:PassRole" in statement["Action"]:
            assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "sagemaker.amazonaws.com"}}
            assert "*" not in statement["Resource"][0]


def test_only_the_approval_role_can_approve() -> None:
    assert [role for role in ROLES if "sagemaker:UpdateModelPackage" in actions(role)] == ["approval"]


def test_only_the_release_role_can_switch_an_endpoint_and_cannot_delete_the_live_one() -> None:
    assert [role for role in ROLES if "sagemaker:UpdateEndpoint" in actions(role)] == ["release"]
    deleting = [statement for statement in statements("release") if "sagemaker:DeleteEndpoint" in statement["Action"]]
    endpoint = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:endpoint/recommender-dev"
    patterns = [resource for statement in deleting for resource in statement["Resource"]]
    assert not any(fnmatchcase(endpoint, pattern) for pattern in patterns)
    assert any(fnmatchcase(f"{endpoint}-pre-1a2b3c4d", pattern) for pattern in patterns)


def released(action: str, resource: str, **context: str) -> bool:
    given = {key.replace("__", ":"): value for key, value in context.items()}
    return allowed(action, resource, [ROLES["release"]], context=given)


def approved(action: str, resource: str, **context: str) -> bool:
    given = {key.replace("__", ":"): value for key, value in context.items()}
    return allowed(action, resource, [ROLES["approval"]], context=given)


def test_only_the_approval_functions_role_writes_approvals_and_it_writes_nothing_else() -> None:
    for verb in ("PutItem", "UpdateItem", "DeleteItem"):
        action = f"dynamodb:{verb}"
        assert released(action, ESTATE.table_arn, dynamodb__LeadingKeys="recommender")
        assert not released(action, ESTATE.table_arn, dynamodb__LeadingKeys="approval#recommender")
        assert not approved(action, ESTATE.table_arn, dynamodb__LeadingKeys="recommender")
    assert approved("dynamodb:PutItem", ESTATE.table_arn, dynamodb__LeadingKeys="approval#recommender")
    assert not approved("dynamodb:PutItem", ESTATE.table_arn, dynamodb__LeadingKeys="approval#another")
    assert not approved("dynamodb:DeleteItem", ESTATE.table_arn, dynamodb__LeadingKeys="approval#recommender")
    assert released("dynamodb:Query", ESTATE.table_arn, dynamodb__LeadingKeys="approval#recommender")


def test_approvals_lie_where_the_documents_say() -> None:
    assert iam_documents.APPROVALS == PARTITION


def test_a_release_touches_what_is_named_after_its_environment_only() -> None:
    there = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}"
    for action, path in (
        ("sagemaker:UpdateEndpoint", "endpoint/recommender-{}"),
        ("sagemaker:DeleteModel", "model/recommender-{}-0a1b2c3d"),
        ("sagemaker:DeleteEndpointConfig", "endpoint-config/recommender-{}-0a1b2c3d"),
        ("sagemaker:CreateTransformJob", "transform-job/recommender-{}-batch-1"),
    ):
        assert released(action, f"{there}:{path.format('dev')}")
        assert not released(action, f"{there}:{path.format('prod')}")


def test_a_release_deletes_alarms_of_releases_and_none_of_the_whole_endpoint() -> None:
    alarm = f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm"
    assert released("cloudwatch:DeleteAlarms", f"{alarm}:recommender-dev-0a1b2c3d-5xx")
    assert not released("cloudwatch:DeleteAlarms", f"{alarm}:trainyard-recommender-dev-5xx")
    assert released("cloudwatch:DescribeAlarmHistory", f"{alarm}:trainyard-recommender-dev-5xx")


def test_the_release_role_reads_what_a_shadows_report_is_made_of() -> None:
    assert released("cloudwatch:GetMetricData", "*")
    assert released("s3:GetObject", "arn:aws:s3:::capture/shop/shadow/1.jsonl", aws__ResourceAccount=ACCOUNT)
    assert released("s3:ListBucket", "arn:aws:s3:::capture", aws__ResourceAccount=ACCOUNT)


@pytest.mark.parametrize("purpose", ["release", "approval"])
def test_a_function_writes_its_own_log_and_no_other(purpose: str) -> None:
    group = f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:/aws/lambda/trainyard-dev"
    documents, other = [ROLES[purpose]], {"release": "approval", "approval": "release"}[purpose]
    assert allowed("logs:PutLogEvents", f"{group}-{purpose}:log-stream:1", documents)
    assert not allowed("logs:PutLogEvents", f"{group}-{other}:log-stream:1", documents)


def test_lambda_takes_on_the_roles_of_functions_and_people_the_release_role_too() -> None:
    (function,) = iam_documents.function_trust()["Statement"]
    people, release = iam_documents.release_trust(ACCOUNT, [])["Statement"]
    assert (
        function
        == release
        == {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    )
    assert people["Principal"] == {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}


def test_the_release_role_can_put_back_all_of_the_scaling_that_it_takes_off() -> None:
    verbs = ("RegisterScalableTarget", "DeregisterScalableTarget", "PutScalingPolicy", "PutScheduledAction")
    needed = {f"application-autoscaling:{verb}" for verb in (*verbs, "TagResource", "ListTagsForResource")}
    assert needed <= set(actions("release"))
    assert "sagemaker:UpdateEndpointWeightsAndCapacities" in actions("release")
    (alarms,) = (each for each in statements("release") if each["Sid"] == "Alarms")
    assert f"arn:aws:cloudwatch:eu-west-1:{ACCOUNT}:alarm:TargetTracking-endpoint/*" in alarms["Resource"]


def test_batches_are_started_by_the_release_role_under_names_of_batches_only() -> None:
    (score,) = (each for each in statements("release") if each["Sid"] == "Score")
    assert score["Resource"] == [f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:transform-job/*-dev-batch-*"]
    assert {"sagemaker:CreateTransformJob", "sagemaker:AddTags"} <= set(score["Action"])
    assert [role for role in ROLES if "sagemaker:CreateTransformJob" in actions(role)] == ["release"]


def test_what_scores_batches_writes_into_batch_folders_and_to_no_other_artifact() -> None:
    for role, elsewhere in (("serving", {"arn:aws:s3:::capture/*"}), ("release", set[str]())):
        written = {
            resource
            for statement in statements(role)
            if "s3:PutObject" in statement["Action"]
            for resource in statement["Resource"]
        }
        assert written == {"arn:aws:s3:::artifacts/*/batch/*"} | elsewhere


def test_the_serving_role_writes_the_logs_of_endpoints_and_of_transform_jobs() -> None:
    (logs,) = (each for each in statements("serving") if each["Sid"] == "WriteLogs")
    assert [arn.rpartition("/")[2] for arn in logs["Resource"]] == ["Endpoints*", "TransformJobs*"]


def test_the_serving_role_sees_the_alarms_of_its_deployments() -> None:
    assert "cloudwatch:DescribeAlarms" in actions("serving")


def test_training_reads_raw_data_and_serving_does_not() -> None:
    def read(role: str) -> set[str]:
        return {
            resource
            for statement in statements(role)
            if "s3:GetObject" in statement["Action"]
            for resource in statement["Resource"]
        }

    assert read("training") == {"arn:aws:s3:::raw/*", "arn:aws:s3:::features/*", "arn:aws:s3:::artifacts/*"}
    assert read("serving") == {"arn:aws:s3:::artifacts/*"}


def test_sagemaker_takes_on_roles_for_this_account_and_region_only() -> None:
    (trust,) = iam_documents.sagemaker_trust(ACCOUNT, "eu-west-1")["Statement"]
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:*"},
    }


def test_named_people_replace_the_account_in_a_trust_policy() -> None:
    ann = f"arn:aws:iam::{ACCOUNT}:role/ann"
    (nobody,) = iam_documents.people_trust(ACCOUNT, [])["Statement"]
    (named,) = iam_documents.people_trust(ACCOUNT, [ann])["Statement"]
    assert nobody["Principal"] == {"AWS": [f"arn:aws:iam::{ACCOUNT}:root"]}
    assert named["Principal"] == {"AWS": [ann]}


def test_every_service_principal_of_a_resource_policy_is_bound_to_the_account() -> None:
    for policy in (
        resource_policies.key_policy(ACCOUNT, "eu-west-1"),
        resource_policies.access_log_policy("arn:aws:s3:::logs", ACCOUNT),
        resource_policies.topic_policy(ESTATE.topic_arn, ACCOUNT),
        resource_policies.repository_policy([ACCOUNT]),
    ):
        bound = [statement for statement in policy["Statement"] if "Service" in statement["Principal"]]
        assert bound
        assert all(each["Condition"]["StringEquals"]["aws:SourceAccount"] in (ACCOUNT, [ACCOUNT]) for each in bound)


def test_a_bucket_denies_plain_http_and_other_accounts() -> None:
    tls, others = resource_policies.bucket_policy("arn:aws:s3:::raw", ACCOUNT)["Statement"]
    assert tls["Effect"] == others["Effect"] == "Deny"
    assert tls["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert others["Condition"]["StringNotEquals"] == {"aws:PrincipalAccount": ACCOUNT}
    assert tls["Resource"] == others["Resource"] == ["arn:aws:s3:::raw", "arn:aws:s3:::raw/*"]


def test_no_inline_policy_is_longer_than_iam_takes() -> None:
    many = [f"service-number-{number}-dev" for number in range(5)]
    crowded = replace(ESTATE, endpoint_names=many)
    text = json.dumps(iam_documents.release(crowded, "arn:aws:iam::111111111111:role/serving"), separators=(",", ":"))
    assert len(text) < 10240


def test_the_retraining_function_starts_runs_and_changes_nothing_else_but_what_is_laid_out_for_one() -> None:
    verbs = ("Create", "Update", "Delete", "Stop", "Put", "Pass", "Retry")
    changing = [action for action in actions("retraining") if action.partition(":")[2].startswith(verbs)]
    assert set(changing) == {"s3:PutObject", "logs:CreateLogStream", "logs:PutLogEvents"}
    (written,) = [each for each in statements("retraining") if "s3:PutObject" in each["Action"]]
    assert written["Resource"] == [
        f"arn:aws:s3:::artifacts/{service}/runs/*/{name}"
        for service in ("recommender", "ranker")
        for name in ("accepted/*", "champion/*", "run.json", "definition.json")
    ]
    (started,) = [each for each in statements("retraining") if "sagemaker:StartPipelineExecution" in each["Action"]]
    assert started["Resource"] == [
        f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:pipeline/{service}-dev" for service in ("recommender", "ranker")
    ]


def test_training_calls_the_one_mlflow_app_that_it_is_told_of_and_without_one_none() -> None:
    app = f"arn:aws:sagemaker:eu-west-1:{ACCOUNT}:mlflow-app/app-1"
    told = iam_documents.training(replace(ESTATE, mlflow_app_arn=app))
    added = [statement for statement in told["Statement"] if statement not in ROLES["training"]["Statement"]]
    assert [(statement["Action"], statement["Resource"]) for statement in added] == [
        (["sagemaker:CallMlflowAppApi", "sagemaker:DescribeMlflowApp"], [app])
    ]


def test_an_app_keeps_files_in_its_folder_alone_deletes_none_and_registers_no_model() -> None:
    statements_of_app = iam_documents.tracking(ESTATE)["Statement"]
    assert {action for each in statements_of_app for action in each["Action"]} == {
        *("s3:GetBucketLocation", "s3:ListBucket", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"),
        *("kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"),
    }
    (kept,) = [each for each in statements_of_app if "s3:PutObject" in each["Action"]]
    assert kept["Resource"] == ["arn:aws:s3:::artifacts/mlflow/*"]
    (listed,) = [each for each in statements_of_app if "s3:ListBucket" in each["Action"]]
    assert listed["Condition"]["StringLike"] == {"s3:prefix": ["mlflow", "mlflow/*"]}
    for each in (kept, listed):
        assert each["Condition"]["StringEquals"] == {"aws:ResourceAccount": ACCOUNT}
