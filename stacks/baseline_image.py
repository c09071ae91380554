"""AWS's own scikit-learn serving image: what an endpoint runs before any image of ours was pushed."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

REPOSITORY = "sagemaker-scikit-learn"
TAG = "1.2-1-cpu-py3"


@dataclass(frozen=True)
class BaselineImage:
    """The image in one region; its registry differs per region."""

    uri: str
    repository_arn: str


def find(region: str, provider: aws.Provider) -> BaselineImage:
    """Return the image of `region`, from the provider's own table: no call that could change from day to day."""
    found = aws.sagemaker.get_prebuilt_ecr_image(
        repository_name=REPOSITORY, image_tag=TAG, region=region, opts=pulumi.InvokeOptions(provider=provider)
    )
    return BaselineImage(found.registry_path, f"arn:aws:ecr:{region}:{found.registry_id}:repository/{REPOSITORY}")
