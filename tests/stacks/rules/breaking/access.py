"""Programs that let somebody do too much, or in at all."""

from collections.abc import Mapping
from typing import Any

import pulumi
import pulumi_aws as aws

from infra import powertools, resource_policies
from tests.stacks.rules import sound
from tests.stacks.rules.breaking.case import Case


def readers(arn: str, condition: Mapping[str, Any] | None) -> list[Mapping[str, Any]]:
    read = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": f"{arn}/*"}
    sound_policy = resource_policies.bucket_policy(arn, sound.ACCOUNT)["Statement"]
    return [*sound_policy, read if condition is None else {**read, "Condition": condition}]


def from_github(subject: str | None) -> dict[str, Any]:
    issuer = "token.actions.githubusercontent.com"
    wanted = {f"{issuer}:aud": "sts.amazonaws.com"} | ({f"{issuer}:sub": subject} if subject else {})
    return {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{sound.ACCOUNT}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": wanted},
    }


def model(opts: pulumi.ResourceOptions, image: str) -> None:
    container = aws.sagemaker.ModelPrimaryContainerArgs(image=image)
    role = f"arn:aws:iam::{sound.ACCOUNT}:role/serving"
    aws.sagemaker.Model("model", execution_role_arn=role, primary_container=container, opts=opts)


def subnet(opts: pulumi.ResourceOptions, zone: str) -> None:
    aws.ec2.Subnet("subnet", vpc_id="vpc-1", cidr_block="10.10.0.0/20", availability_zone=zone, opts=opts)


def caller(opts: pulumi.ResourceOptions, principal: str) -> None:
    aws.lambda_.Permission("caller", action="lambda:InvokeFunction", function="f", principal=principal, opts=opts)


def layered(opts: pulumi.ResourceOptions, layer: str) -> None:
    role = f"arn:aws:iam::{sound.ACCOUNT}:role/function"
    aws.lambda_.Function("function", role=role, layers=[layer], runtime="python3.13", handler="h.h", opts=opts)


STRANGE_LAYER = powertools.layer_arn(sound.REGION).replace(powertools.ACCOUNT, sound.OTHER)

CASES = [
    Case(
        rule="no-public-principal",
        breaks=lambda opts: caller(opts, "*"),
        holds=lambda opts: caller(opts, f"arn:aws:iam::{sound.ACCOUNT}:role/approver"),
        resource="caller",
        what="Permission 'caller' lets everybody in: principal is \"*\".",
        cure="Name the principal: a service with sourceArn, or a user or role.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: layered(opts, STRANGE_LAYER),
        holds=lambda opts: layered(opts, powertools.layer_arn(sound.REGION)),
        resource="function",
        what=(
            "Function 'function' leads out of its environment (account 111111111111, eu-west-1): layers[0] is "
            f'"{STRANGE_LAYER}", of account {sound.OTHER}.'
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-public-principal",
        breaks=lambda opts: sound.bucket(opts, statements=lambda arn: readers(arn, None)),
        holds=lambda opts: sound.bucket(
            opts, statements=lambda arn: readers(arn, {"StringEquals": {"aws:PrincipalAccount": sound.ACCOUNT}})
        ),
        resource="data-policy",
        what=(
            "BucketPolicy 'data-policy' lets everybody in: policy.Statement[2] allows principal \"*\" without a "
            "condition that says whom."
        ),
        cure=(
            "Name the principals, or add a condition that fixes the account, such as StringEquals aws:PrincipalAccount."
        ),
    ),
    Case(
        rule="no-public-principal",
        breaks=lambda opts: sound.bucket(
            opts, statements=lambda arn: readers(arn, {"StringLike": {"aws:PrincipalArn": "*"}})
        ),
        holds=lambda opts: sound.bucket(
            opts,
            statements=lambda arn: readers(
                arn, {"StringLike": {"aws:PrincipalArn": f"arn:aws:iam::{sound.ACCOUNT}:role/read-*"}}
            ),
        ),
        resource="data-policy",
        what=(
            "BucketPolicy 'data-policy' lets everybody in: policy.Statement[2] allows principal \"*\" without a "
            "condition that says whom."
        ),
        cure=(
            "Name the principals, or add a condition that fixes the account, such as StringEquals aws:PrincipalAccount."
        ),
    ),
    Case(
        rule="no-public-principal",
        breaks=lambda opts: sound.bucket(
            opts, statements=lambda arn: readers(arn, {"StringEqualsIfExists": {"aws:PrincipalAccount": sound.ACCOUNT}})
        ),
        holds=lambda opts: sound.bucket(
            opts, statements=lambda arn: readers(arn, {"StringEquals": {"aws:PrincipalAccount": sound.ACCOUNT}})
        ),
        resource="data-policy",
        what=(
            "BucketPolicy 'data-policy' lets everybody in: policy.Statement[2] allows principal \"*\" without a "
            "condition that says whom."
        ),
        cure=(
            "Name the principals, or add a condition that fixes the account, such as StringEquals aws:PrincipalAccount."
        ),
    ),
    Case(
        rule="no-public-principal",
        breaks=lambda opts: sound.role(opts, trust={"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}),
        holds=sound.role,
        resource="worker",
        what=(
            "Role 'worker' lets everybody in: assumeRolePolicy.Statement[0] allows principal \"*\" without a "
            "condition that says whom."
        ),
        cure=(
            "Name the principals, or add a condition that fixes the account, such as StringEquals aws:PrincipalAccount."
        ),
    ),
    Case(
        rule="no-public-principal",
        breaks=lambda opts: sound.role(
            opts,
            trust={
                "Effect": "Allow",
                "NotPrincipal": {"AWS": f"arn:aws:iam::{sound.ACCOUNT}:role/x"},
                "Action": "sts:AssumeRole",
            },
        ),
        holds=sound.role,
        resource="worker",
        what=(
            "Role 'worker' lets everybody in but those it names: assumeRolePolicy.Statement[0] allows with "
            "NotPrincipal."
        ),
        cure=(
            "Name the principals, or add a condition that fixes the account, such as StringEquals aws:PrincipalAccount."
        ),
    ),
    Case(
        rule="no-public-principal",
        breaks=lambda opts: sound.role(opts, trust=from_github(None)),
        holds=lambda opts: sound.role(opts, trust=from_github("repo:example/shop:environment:dev")),
        resource="worker",
        what=(
            "Role 'worker' lets every workload of token.actions.githubusercontent.com in: "
            "assumeRolePolicy.Statement[0] has no condition on whose token it is."
        ),
        cure="Add a StringEquals condition on the provider's `sub` that names the repository and its environment.",
    ),
    Case(
        rule="no-public-principal",
        breaks=lambda opts: sound.role(opts, trust=from_github("repo:*:environment:dev")),
        holds=lambda opts: sound.role(opts, trust=from_github("repo:example/shop:environment:dev")),
        resource="worker",
        what=(
            "Role 'worker' lets every workload of token.actions.githubusercontent.com in: "
            "assumeRolePolicy.Statement[0] has no condition on whose token it is."
        ),
        cure="Add a StringEquals condition on the provider's `sub` that names the repository and its environment.",
    ),
    Case(
        rule="no-full-access",
        breaks=lambda opts: aws.iam.RolePolicyAttachment(
            "attached", role="worker", policy_arn="arn:aws:iam::aws:policy/AdministratorAccess", opts=opts
        ),
        holds=lambda opts: aws.iam.RolePolicyAttachment(
            "attached",
            role="worker",
            policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
            opts=opts,
        ),
        resource="attached",
        what=(
            "RolePolicyAttachment 'attached' gives full access: policyArn is "
            '"arn:aws:iam::aws:policy/AdministratorAccess".'
        ),
        cure="Attach a document of its own that names the actions, as infra.iam_documents does.",
    ),
    Case(
        rule="no-full-access",
        breaks=lambda opts: sound.role(opts, managed_policy_arns=["arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"]),
        holds=sound.role,
        resource="worker",
        what=(
            "Role 'worker' gives full access: managedPolicyArns[0] is "
            '"arn:aws:iam::aws:policy/AmazonSageMakerFullAccess".'
        ),
        cure="Attach a document of its own that names the actions, as infra.iam_documents does.",
    ),
    Case(
        rule="no-full-access",
        breaks=lambda opts: sound.grant(opts, Action="*"),
        holds=sound.grant,
        resource="worker-policy",
        what="RolePolicy 'worker-policy' allows everything: statement 'Read' of policy has Action \"*\".",
        cure="Name the actions that are needed.",
    ),
    Case(
        rule="no-full-access",
        breaks=lambda opts: sound.grant(opts, Action=["s3:GetObject", "s3:*"]),
        holds=sound.grant,
        resource="worker-policy",
        what="RolePolicy 'worker-policy' allows everything: statement 'Read' of policy has Action \"s3:*\".",
        cure="Name the actions that are needed.",
    ),
    Case(
        rule="no-full-access",
        breaks=lambda opts: sound.grant(opts, Action=None, NotAction=["iam:*"]),
        holds=sound.grant,
        resource="worker-policy",
        what=(
            "RolePolicy 'worker-policy' allows everything but what it names: statement 'Read' of policy allows "
            "with NotAction."
        ),
        cure="Name the actions that are needed.",
    ),
    Case(
        rule="no-full-access",
        breaks=lambda opts: sound.key(opts, principal=f"arn:aws:iam::{sound.ACCOUNT}:role/ann"),
        holds=sound.key,
        resource="key",
        what="Key 'key' allows everything: statement 'Root' of policy has Action \"kms:*\".",
        cure="Name the actions that are needed.",
    ),
    Case(
        rule="no-unreasoned-star",
        breaks=lambda opts: sound.grant(opts, Resource="*"),
        holds=lambda opts: sound.grant(opts, Action="ecr:GetAuthorizationToken", Resource="*"),
        resource="worker-policy",
        what=(
            "RolePolicy 'worker-policy' allows s3:GetObject on everything: statement 'Read' of policy has "
            'Resource "*".'
        ),
        cure=(
            "Name the resources by ARN; if AWS knows none for the action, add it to REASONED in "
            "stacks/rules/reasoned_star.py with the reason."
        ),
    ),
    Case(
        rule="no-unreasoned-star",
        breaks=lambda opts: sound.grant(opts, Resource=["arn:aws:s3:::*"]),
        holds=sound.grant,
        resource="worker-policy",
        what=(
            "RolePolicy 'worker-policy' allows s3:GetObject on everything: statement 'Read' of policy has "
            'Resource "arn:aws:s3:::*".'
        ),
        cure=(
            "Name the resources by ARN; if AWS knows none for the action, add it to REASONED in "
            "stacks/rules/reasoned_star.py with the reason."
        ),
    ),
    Case(
        rule="no-unreasoned-star",
        breaks=lambda opts: sound.grant(opts, Resource=None, NotResource=["arn:aws:s3:::secret/*"]),
        holds=sound.grant,
        resource="worker-policy",
        what=(
            "RolePolicy 'worker-policy' allows on everything but what it names: statement 'Read' of policy "
            "allows with NotResource."
        ),
        cure=(
            "Name the resources by ARN; if AWS knows none for the action, add it to REASONED in "
            "stacks/rules/reasoned_star.py with the reason."
        ),
    ),
    Case(
        rule="no-unreasoned-star",
        breaks=lambda opts: sound.grant(opts, Action="cloudwatch:PutMetricData", Resource="*"),
        holds=lambda opts: sound.grant(
            opts,
            Action="cloudwatch:PutMetricData",
            Resource="*",
            Condition={"StringEquals": {"cloudwatch:namespace": "trainyard/data"}},
        ),
        resource="worker-policy",
        what=(
            "RolePolicy 'worker-policy' allows cloudwatch:PutMetricData into every namespace: statement 'Read' "
            "of policy has no condition on it."
        ),
        cure="Add a condition on cloudwatch:namespace.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: sound.grant(opts, Resource=[f"arn:aws:dynamodb:{sound.REGION}:{sound.OTHER}:table/t"]),
        holds=lambda opts: sound.grant(opts, Resource=[f"arn:aws:dynamodb:{sound.REGION}:{sound.ACCOUNT}:table/t"]),
        resource="worker-policy",
        what=(
            "RolePolicy 'worker-policy' leads out of its environment (account 111111111111, eu-west-1): "
            'policy.Statement[0].Resource[0] is "arn:aws:dynamodb:eu-west-1:222222222222:table/t", of account '
            "222222222222."
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: sound.grant(opts, Resource=["arn:aws:iam::*:role/trainyard-deploy"]),
        holds=lambda opts: sound.grant(opts, Effect="Deny", Resource=["arn:aws:iam::*:role/trainyard-deploy"]),
        resource="worker-policy",
        what=(
            "RolePolicy 'worker-policy' leads out of its environment (account 111111111111, eu-west-1): "
            'policy.Statement[0].Resource[0] is "arn:aws:iam::*:role/trainyard-deploy", of every account.'
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: sound.grant(
            opts, Resource=[f"arn:aws:s3:::trainyard-state-{sound.OTHER}-{sound.REGION}/*"]
        ),
        holds=lambda opts: sound.grant(
            opts, Resource=[f"arn:aws:s3:::trainyard-state-{sound.ACCOUNT}-{sound.REGION}/*"]
        ),
        resource="worker-policy",
        what=(
            "RolePolicy 'worker-policy' leads out of its environment (account 111111111111, eu-west-1): "
            'policy.Statement[0].Resource[0] is "arn:aws:s3:::trainyard-state-222222222222-eu-west-1/*", of '
            "account 222222222222."
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: sound.alarm(opts, alarm_actions=[f"arn:aws:sns:us-east-1:{sound.ACCOUNT}:told"]),
        holds=sound.alarm,
        resource="slow",
        what=(
            "MetricAlarm 'slow' leads out of its environment (account 111111111111, eu-west-1): "
            'alarmActions[0] is "arn:aws:sns:us-east-1:111111111111:told", of region us-east-1.'
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: sound.role(
            opts, trust={"Effect": "Allow", "Principal": {"AWS": sound.OTHER}, "Action": "sts:AssumeRole"}
        ),
        holds=lambda opts: sound.role(
            opts, trust={"Effect": "Allow", "Principal": {"AWS": sound.ACCOUNT}, "Action": "sts:AssumeRole"}
        ),
        resource="worker",
        what=(
            "Role 'worker' leads out of its environment (account 111111111111, eu-west-1): "
            'assumeRolePolicy.Statement[0].Principal.AWS is "222222222222", of account 222222222222.'
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: model(opts, f"{sound.OTHER}.dkr.ecr.eu-west-1.amazonaws.com/trainyard/recommender:1"),
        holds=lambda opts: model(
            opts, "141502667606.dkr.ecr.eu-west-1.amazonaws.com/sagemaker-scikit-learn:1.2-1-cpu-py3"
        ),
        resource="model",
        what=(
            "Model 'model' leads out of its environment (account 111111111111, eu-west-1): "
            'primaryContainer.image is "222222222222.dkr.ecr.eu-west-1.amazonaws.com/trainyard/recommender:1", '
            "of account 222222222222."
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: model(opts, f"{sound.ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/trainyard/recommender:1"),
        holds=lambda opts: model(opts, f"{sound.ACCOUNT}.dkr.ecr.eu-west-1.amazonaws.com/trainyard/recommender:1"),
        resource="model",
        what=(
            "Model 'model' leads out of its environment (account 111111111111, eu-west-1): "
            'primaryContainer.image is "111111111111.dkr.ecr.us-east-1.amazonaws.com/trainyard/recommender:1", '
            "of region us-east-1."
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: subnet(opts, "eu-west-2a"),
        holds=lambda opts: subnet(opts, "eu-west-1a"),
        resource="subnet",
        what=(
            "Subnet 'subnet' leads out of its environment (account 111111111111, eu-west-1): availabilityZone "
            'is "eu-west-2a", of region eu-west-2.'
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: sound.parameter(opts, account=sound.OTHER),
        holds=lambda opts: sound.parameter(opts, account=sound.ACCOUNT),
        resource="told",
        what=(
            "Parameter 'told' leads out of its environment (account 111111111111, eu-west-1): value.account is "
            '"222222222222", of account 222222222222.'
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
    Case(
        rule="no-cross-account-reference",
        breaks=lambda opts: aws.Provider("elsewhere", region="us-east-1"),
        holds=lambda opts: aws.Provider("elsewhere", region=sound.REGION),
        resource="elsewhere",
        what=(
            "provider 'elsewhere' leads out of its environment (account 111111111111, eu-west-1): region is "
            '"us-east-1", of region us-east-1.'
        ),
        cure="Refer to what this environment declares or holds; what another one has is copied, never reached for.",
    ),
]
