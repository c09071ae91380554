"""What the registry holds: lists of groups and packages, and packages by the dozen."""

from collections.abc import Callable

from localcloud.errors import AwsError
from localcloud.sagemaker.listing import listed
from localcloud.sagemaker.names import from_arn
from localcloud.sagemaker.packages import groups, lifecycle
from localcloud.sagemaker.service import Call, operation
from localcloud.store import Document

_PACKAGE_SUMMARY = (
    "ModelPackageName",
    "ModelPackageGroupName",
    "ModelPackageVersion",
    "ModelPackageArn",
    "ModelPackageDescription",
    "CreationTime",
    "ModelPackageStatus",
    "ModelApprovalStatus",
    "ModelLifeCycle",
    "ModelPackageRegistrationType",
)
_GROUP_SUMMARY = (
    "ModelPackageGroupName",
    "ModelPackageGroupArn",
    "ModelPackageGroupDescription",
    "CreationTime",
    "ModelPackageGroupStatus",
)
_BATCH_SUMMARY = (*_PACKAGE_SUMMARY, "InferenceSpecification")


@operation("ListModelPackages")
def list_packages(call: Call) -> Document:
    """Return one page of packages, the oldest first; without a group or a type, unversioned ones only, as AWS does."""
    return listed(
        call.cloud.store.find_all(call.scope, lifecycle.KIND),
        call.params,
        result="ModelPackageSummaryList",
        name="ModelPackageName",
        summary=_PACKAGE_SUMMARY,
        order="Ascending",
        keep=_filter(call),
    )


@operation("ListModelPackageGroups")
def list_groups(call: Call) -> Document:
    """Return one page of groups, the oldest first."""
    return listed(
        call.cloud.store.find_all(call.scope, groups.KIND),
        call.params,
        result="ModelPackageGroupSummaryList",
        name="ModelPackageGroupName",
        summary=_GROUP_SUMMARY,
        order="Ascending",
    )


@operation("BatchDescribeModelPackage")
def batch_describe(call: Call) -> Document:
    """Return short descriptions of up to a hundred packages, and an error for each that does not exist."""
    found: Document = {}
    missing: Document = {}
    for arn in call.params["ModelPackageArnList"]:
        try:
            package = lifecycle.find_package(call.cloud, call.scope, arn)
        except AwsError as error:
            missing[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
        else:
            found[arn] = {key: package[key] for key in _BATCH_SUMMARY if key in package}
    return {"ModelPackageSummaries": found, "BatchDescribeModelPackageErrorMap": missing}


def _filter(call: Call) -> Callable[[Document], bool]:
    group = call.params.get("ModelPackageGroupName")
    approval = call.params.get("ModelApprovalStatus")
    kind = call.params.get("ModelPackageType", "Versioned" if group else "Unversioned")
    if group:
        group = groups.find_group(call.cloud, call.scope, from_arn(group, "model-package-group"))[
            "ModelPackageGroupName"
        ]

    def keep(package: Document) -> bool:
        versioned = "ModelPackageGroupName" in package
        return (
            (kind == "Both" or versioned == (kind == "Versioned"))
            and (group is None or package.get("ModelPackageGroupName") == group)
            and (approval is None or package.get("ModelApprovalStatus") == approval)
        )

    return keep
