"""What there is to reach for in another environment: read there with that environment's own credentials."""

import json
from dataclasses import dataclass

from stacks.outputs import platform_parameter, service_parameter
from trainyard.demo.shell import Shell
from trainyard.environment import Environment
from trainyard.release.observe import describe_config, describe_endpoint
from trainyard.release.package import container_of_model

SECRET = b"of this environment only"


@dataclass(frozen=True, kw_only=True)
class Target:
    """Names and ARNs of one environment."""

    shell: Shell
    service: str
    bucket: str
    """Of models and other artifacts."""
    archive: str
    """Key of the live model's archive in that bucket."""
    serving_image: str
    """Of the live model."""
    image: str
    """A reference into the repository of the service."""
    repository: str
    key: str
    ciphertext: bytes
    topic: str
    roles: dict[str, str]
    table: str
    endpoint: str
    package_group: str
    archive_environment: dict[str, str]
    """With which the live model's image serves its archive."""

    @property
    def parameters(self) -> list[str]:
        """Names of the parameters that hold the environment's outputs."""
        name = self.shell.environment
        return [platform_parameter(name), service_parameter(name, self.service)]

    def arn(self, service: str, resource: str) -> str:
        """Return the ARN of a resource in this environment."""
        return f"arn:aws:{service}:{self.shell.region}:{self.shell.account}:{resource}"


def survey(shell: Shell, service: str) -> Target:
    """Return what there is in an environment, after encrypting a word there."""
    environment = Environment.load(shell.environment, shell.client("ssm"))
    platform, outputs = environment.platform, environment.service(service)
    sagemaker = shell.client("sagemaker")
    endpoint = describe_endpoint(sagemaker, outputs.endpoint_name)
    config = describe_config(sagemaker, endpoint.config_name) if endpoint else None
    container = container_of_model(sagemaker, config.model_name if config else "")
    bucket, _, archive = container.model_data_url.removeprefix("s3://").partition("/")
    return Target(
        shell=shell,
        service=service,
        bucket=bucket,
        archive=archive,
        serving_image=container.image,
        image=f"{outputs.repository_url}:training-latest",
        repository=outputs.repository_url.partition("/")[2],
        key=platform.kms_key_arn,
        ciphertext=shell.client("kms").encrypt(KeyId=platform.kms_key_arn, Plaintext=SECRET)["CiphertextBlob"],
        topic=platform.notifications_topic_arn,
        roles=json.loads(platform.roles.model_dump_json()),
        table=platform.deployments_table,
        endpoint=outputs.endpoint_name,
        package_group=outputs.model_package_group,
        archive_environment=container.environment,
    )


def register(target: Target) -> str:
    """Register the live model as a package that waits for its approval, and return its ARN."""
    container = {
        "Image": target.serving_image,
        "ModelDataUrl": f"s3://{target.bucket}/{target.archive}",
        "Environment": target.archive_environment,
    }
    made = target.shell.client("sagemaker").create_model_package(
        ModelPackageGroupName=target.package_group,
        ModelApprovalStatus="PendingManualApproval",
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )
    return str(made["ModelPackageArn"])
