"""The most that the roles of CI, and every role that the deploy role makes, can ever be allowed.

A boundary grants nothing: a role may do what its own policy and the boundary both allow. So it is the kinds of action
(`sagemaker:Create*`) that the documents of CI and of the platform's roles ask for, in this region and no other; the
exact actions and resources stay in those documents. A service that the platform gains enters here only when an
administrator runs `trainyard bootstrap`, never by a pull request alone.
"""

import re
from collections.abc import Iterable, Sequence

from infra import iam_documents
from infra.ci import data, deploy, preview, services
from infra.ci.estate import CiEstate
from infra.ci.protection import protected
from infra.iam_statements import Document, Estate, allow, document

_KIND = re.compile(r"^([\w-]+:[A-Z][a-z0-9]*)")
_OF_ROLES = "iam:"


def boundary(estate: CiEstate) -> Document:
    """Return the boundary."""
    kinds = sorted({_kind(action) for action in _allowed(_documents(estate)) if not action.startswith(_OF_ROLES)})
    here = {"StringEquals": {"aws:RequestedRegion": estate.region}}
    return document(
        # All resources: a ceiling, not a grant (see above).
        allow("KindsOfActionHere", kinds, ["*"], here),
        allow("ReadRoles", services.ROLE_READS, estate.role_arns),
        *deploy.manage_roles(estate),
        *protected(estate),
    )


def _documents(estate: CiEstate) -> list[Document]:
    # Which actions the platform's roles have does not depend on any ARN, so placeholders do.
    platform = Estate(
        account=estate.account,
        region=estate.region,
        environment=estate.environment,
        key_arn="*",
        raw_bucket_arn="*",
        features_bucket_arn="*",
        artifacts_bucket_arn="*",
        capture_bucket_arn="*",
        repository_arns=[],
        table_arn="*",
        topic_arn="*",
        endpoint_names=["*"],
        source_secret_arns=["*"],
        online_table_arns=["*"],
        mlflow_app_arn="*",
    )
    return [
        services.reading(estate),
        services.changing(estate),
        services.changing_sources(estate),
        preview.preview(estate),
        data.data(estate),
        deploy.deploy(estate),
        iam_documents.training(platform),
        iam_documents.tracking(platform),
        iam_documents.serving(platform, "*"),
        iam_documents.pipeline(platform, "*"),
        iam_documents.release(platform, "*"),
        iam_documents.approval(platform),
        iam_documents.retraining(platform),
    ]


def _allowed(documents: Iterable[Document]) -> Sequence[str]:
    return [
        action
        for each in documents
        for statement in each["Statement"]
        if statement["Effect"] == "Allow"
        for action in statement["Action"]
    ]


def _kind(action: str) -> str:
    found = _KIND.match(action)
    if found is None:
        raise ValueError(f"{action!r} is no action of a service, such as sagemaker:CreateEndpoint.")
    return f"{found[1]}*"
