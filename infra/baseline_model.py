"""What an endpoint starts on. Owns the bootstrap archive, model and endpoint configuration of one service.

All three ignore every change and are retained on delete: they are of the first day only. A configuration in use must
not be deleted, and one that changed would be a new one, which the endpoint's next update would send to production in
place of the released model. Releases make their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from infra import naming
from infra.baseline.archive import archive, digest, stored


@dataclass(frozen=True, kw_only=True)
class BaselineModelArgs:
    """What a `BaselineModel` needs."""

    service: str
    products: Sequence[Mapping[str, str]]
    """`stock_code` and `name`, best first."""
    image: str
    """URI of AWS's scikit-learn serving image in this region."""
    artifacts_bucket: pulumi.Input[str]
    capture_bucket: pulumi.Input[str]
    key_arn: pulumi.Input[str]
    """Of captured requests."""
    volume_key_arn: pulumi.Input[str] | None
    """Of the instances' volumes; None for instances that encrypt disks of their own, for which AWS refuses one."""
    role_arn: pulumi.Input[str]
    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_id: pulumi.Input[str]
    instance_type: str
    instance_count: int
    capture_percent: int


class BaselineModel(pulumi.ComponentResource):
    """A model that answers a fixed list, and the endpoint configuration that serves it."""

    endpoint_config_name: pulumi.Output[str]

    def __init__(self, name: str, args: BaselineModelArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("trainyard:infra:BaselineModel", name, None, opts)
        self._opts = pulumi.ResourceOptions(parent=self, ignore_changes=["*"], retain_on_delete=True)
        data_url = self._archive(name, args)
        model = self._model(name, args, data_url)
        self.endpoint_config_name = self._config(name, args, model).name
        self.register_outputs({"endpoint_config_name": self.endpoint_config_name})

    def _archive(self, name: str, args: BaselineModelArgs) -> pulumi.Output[str]:
        content = archive(args.products)
        stored_object = aws.s3.BucketObjectv2(
            f"{name}-archive",
            bucket=args.artifacts_bucket,
            key=f"{args.service}/baseline/{digest(content)[:12]}/model.tar.gz",
            source=pulumi.FileAsset(str(stored(content))),
            opts=self._opts,
        )
        return pulumi.Output.concat("s3://", stored_object.bucket, "/", stored_object.key)

    def _model(self, name: str, args: BaselineModelArgs, data_url: pulumi.Output[str]) -> aws.sagemaker.Model:
        return aws.sagemaker.Model(
            f"{name}-model",
            execution_role_arn=args.role_arn,
            primary_container=aws.sagemaker.ModelPrimaryContainerArgs(
                image=args.image,
                model_data_url=data_url,
                environment={
                    "SAGEMAKER_PROGRAM": "inference.py",
                    "SAGEMAKER_SUBMIT_DIRECTORY": "/opt/ml/model/code",
                },
            ),
            vpc_config=aws.sagemaker.ModelVpcConfigArgs(
                subnets=args.subnet_ids, security_group_ids=[args.security_group_id]
            ),
            opts=self._opts,
        )

    def _config(
        self, name: str, args: BaselineModelArgs, model: aws.sagemaker.Model
    ) -> aws.sagemaker.EndpointConfiguration:
        variant = aws.sagemaker.EndpointConfigurationProductionVariantArgs(
            variant_name=naming.VARIANT,
            model_name=model.name,
            instance_type=args.instance_type,
            initial_instance_count=args.instance_count,
            initial_variant_weight=1,
        )
        capture = aws.sagemaker.EndpointConfigurationDataCaptureConfigArgs(
            enable_capture=args.capture_percent > 0,
            initial_sampling_percentage=args.capture_percent,
            destination_s3_uri=pulumi.Output.concat("s3://", args.capture_bucket, "/", args.service),
            kms_key_id=args.key_arn,
            capture_options=[
                aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureOptionArgs(capture_mode=mode)
                for mode in ("Input", "Output")
            ],
            capture_content_type_header=(
                aws.sagemaker.EndpointConfigurationDataCaptureConfigCaptureContentTypeHeaderArgs(
                    json_content_types=["application/json"]
                )
            ),
        )
        return aws.sagemaker.EndpointConfiguration(
            f"{name}-config",
            kms_key_arn=args.volume_key_arn,
            production_variants=[variant],
            data_capture_config=capture,
            opts=self._opts,
        )
