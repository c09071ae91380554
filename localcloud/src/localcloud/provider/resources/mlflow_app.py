"""SageMaker's MLflow apps: made and changed in the background, so each step waits for its end.

Source: terraform-provider-aws, aws_sagemaker_mlflow_app: what it waits for, and that a role replaces an app.
"""

from dataclasses import replace
from typing import Any

from botocore.exceptions import ClientError

from localcloud.provider.declared import Declared
from localcloud.provider.errors import CreateFailed, ProviderError, is_missing
from localcloud.provider.naming import Naming
from localcloud.provider.session import Session, region_of
from localcloud.provider.tagging import Tagging
from localcloud.provider.values import Props

_SECONDS = 600
"""As long as the real provider waits."""
_UNDER_WAY = ("Creating", "Updating")


def _settle(session: Session, sagemaker: Any, props: Props, changed: frozenset[str] | None) -> None:
    """Wait until an app rests; `changed` is None for one that was just made."""
    arn, last = props["arn"], dict[str, Any]()

    def resting() -> bool:
        last.update(sagemaker.describe_mlflow_app(Arn=arn))
        return last["Status"] not in _UNDER_WAY

    session.until(resting, seconds=_SECONDS, what=f"MLflow app {arn} to be ready")
    if last["Status"].endswith("Failed"):
        message = f"MLflow app {arn} is {last['Status']}: `localcloud logs` has what its server said last"
        raise CreateFailed(message, arn, props) if changed is None else ProviderError(message)


_ROW = Declared(
    token="aws:sagemaker/mlflowApp:MlflowApp",
    service="sagemaker",
    create="CreateMlflowApp",
    read="DescribeMlflowApp",
    update="UpdateMlflowApp",
    delete="DeleteMlflowApp",
    key={"Arn": "arn"},
    id="arn",
    naming=Naming(longest=256),
    rename={"defaultDomainIdLists": "DefaultDomainIdList"},
    skip=frozenset({"timeouts"}),
    never_updated=frozenset({"roleArn"}),
    tagging=Tagging(tag="add_tags", untag="delete_tags", list="list_tags"),
    defaults={"modelRegistrationMode": "AutoModelRegistrationDisabled"},
    after=_settle,
).resource()


def _read(session: Session, arn: str, state: Props) -> Props | None:
    return _ROW.read(session, arn, {**state, "arn": arn})


def _delete(session: Session, arn: str, state: Props) -> None:
    sagemaker = session.client("sagemaker", region_of(state))
    sagemaker.delete_mlflow_app(Arn=arn)

    def gone() -> bool:
        try:
            sagemaker.describe_mlflow_app(Arn=arn)
        except ClientError as error:
            return is_missing(error)
        return False

    session.until(gone, seconds=_SECONDS, what=f"MLflow app {arn} to be gone")


ROWS = (replace(_ROW, read=_read, delete=_delete),)
