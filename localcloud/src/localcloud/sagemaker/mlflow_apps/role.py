"""The role of an app: what it must be, and the credentials that the app's server gets of it.

Source: SageMaker developer guide, "Set up IAM permissions for MLflow Apps".
"""

from botocore.exceptions import ClientError

from localcloud.cloud import Cloud
from localcloud.errors import ValidationError
from localcloud.resource_policy import service_may
from localcloud.scope import Scope

_SESSION = "SageMaker-MlflowApp"


def check_role(cloud: Cloud, scope: Scope, role_arn: str, app_arn: str) -> None:
    """Refuse a role that SageMaker may not take on for an app.

    Raises:
        ValidationError: there is no such role, or its trust policy does not let SageMaker have it for the app.
    """
    try:
        role = cloud.client("iam", scope).get_role(RoleName=role_arn.rsplit("/", 1)[-1])["Role"]
    except ClientError:
        raise _not_assumable(role_arn) from None
    allowed = service_may(
        role["AssumeRolePolicyDocument"],
        "sagemaker.amazonaws.com",
        action="sts:AssumeRole",
        source_account=scope.account,
        source_arn=app_arn,
    )
    if not allowed or role["Arn"] != role_arn:
        raise _not_assumable(role_arn)


def session(cloud: Cloud, scope: Scope, role_arn: str) -> dict[str, str]:
    """Return the variables that give a process a session of a role."""
    credentials = cloud.client("sts", scope).assume_role(RoleArn=role_arn, RoleSessionName=_SESSION)["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def _not_assumable(role_arn: str) -> ValidationError:
    return ValidationError(
        f"SageMaker is unable to perform: sts:AssumeRole on {role_arn}. The role must exist and its trust policy must "
        "allow sagemaker.amazonaws.com to take it on."
    )
