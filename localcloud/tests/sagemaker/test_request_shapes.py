import pytest

from localcloud.errors import ValidationError
from localcloud.sagemaker.request_shapes import check_request


def _request(**changes: object) -> dict[str, object]:
    return {
        "ProcessingJobName": "job",
        "ProcessingResources": {
            "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m9z.large", "VolumeSizeInGB": 1}
        },
        "AppSpecification": {"ImageUri": "image"},
        "RoleArn": "arn:aws:iam::000000000001:role/job-role",
        **changes,
    }


def test_an_instance_type_newer_than_any_list_is_accepted() -> None:
    check_request("CreateProcessingJob", _request())


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"ProcessingJobName": "no_underscores"}, "Value 'no_underscores' at 'processingJobName' failed to satisfy"),
        ({"ProcessingJobName": "a" * 64}, "length less than or equal to 63"),
        ({"RoleArn": "admin-role-of-somebody"}, "Value 'admin-role-of-somebody' at 'roleArn'"),
        ({"RoleArn": None}, "Value null at 'roleArn' failed to satisfy constraint: Member must not be null"),
        ({"StoppingCondition": {"MaxRuntimeInSeconds": 0}}, "at 'stoppingCondition.maxRuntimeInSeconds'"),
    ],
)
def test_each_member_out_of_bounds_is_named(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        check_request("CreateProcessingJob", _request(**changes))
