"""The tagging API finds what is executed here as well as what moto keeps."""

import json
from collections.abc import Iterator

import pytest

from localcloud.testing import CloudUnderTest, running_cloud

OURS = [{"Key": "environment", "Value": "dev"}]
OTHERS = [{"Key": "environment", "Value": "dev-2"}]


@pytest.fixture
def aws(tmp_path) -> Iterator[CloudUnderTest]:
    with running_cloud(tmp_path) as cloud:
        yield cloud


def found(aws: CloudUnderTest, **arguments: object) -> set[str]:
    pages = aws.client("resourcegroupstaggingapi").get_paginator("get_resources").paginate(**arguments)
    return {row["ResourceARN"] for page in pages for row in page["ResourceTagMappingList"]}


def test_resources_of_sagemaker_alarms_and_rules_are_found_by_tag(aws: CloudUnderTest):
    sagemaker = aws.client("sagemaker")
    group = sagemaker.create_model_package_group(ModelPackageGroupName="shop", Tags=OURS)["ModelPackageGroupArn"]
    sagemaker.create_model_package_group(ModelPackageGroupName="other", Tags=OTHERS)
    sagemaker.create_model_package_group(ModelPackageGroupName="bare")
    rule = aws.client("events").put_rule(Name="nightly", ScheduleExpression="rate(1 day)", Tags=OURS)["RuleArn"]
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="late",
        Namespace="N",
        MetricName="M",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        Statistic="Sum",
        ComparisonOperator="GreaterThanThreshold",
        Tags=OURS,
    )
    alarm = f"arn:aws:cloudwatch:{aws.region}:{aws.account}:alarm:late"
    ours = [{"Key": "environment", "Values": ["dev"]}]
    assert found(aws, TagFilters=ours) == {group, rule, alarm}
    assert found(aws, TagFilters=ours, ResourceTypeFilters=["sagemaker:model-package-group"]) == {group}
    sagemaker.delete_model_package_group(ModelPackageGroupName="shop")
    assert found(aws, TagFilters=ours) == {rule, alarm}


def test_another_account_sees_nothing_of_it(aws: CloudUnderTest):
    aws.client("sagemaker").create_model_package_group(ModelPackageGroupName="shop", Tags=OURS)
    other = aws.client("resourcegroupstaggingapi", account="000000000002").get_resources()
    assert json.dumps(other["ResourceTagMappingList"]) == "[]"
