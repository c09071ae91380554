"""Programs whose resources cannot be told apart, or are replaced by the next preview."""

import pulumi
import pulumi_aws as aws

from infra.tags import default_tags
from tests.stacks.rules import sound
from tests.stacks.rules.breaking.case import Case


def named(opts: pulumi.ResourceOptions, name: str) -> None:
    aws.ssm.Parameter("told", name=name, type="String", value="v", opts=opts)


def archive(opts: pulumi.ResourceOptions, key: str) -> None:
    aws.s3.BucketObjectv2("archive", bucket="artifacts", key=key, content="c", opts=opts)


def tagging(tags: dict[str, str]) -> pulumi.ResourceOptions:
    provider = aws.Provider("aws-elsewhere", default_tags=aws.ProviderDefaultTagsArgs(tags=tags))
    return pulumi.ResourceOptions(provider=provider)


CASES = [
    Case(
        rule="tagged",
        breaks=lambda opts: aws.ssm.Parameter("told", type="String", value="v"),
        holds=lambda opts: aws.ssm.Parameter("told", type="String", value="v", opts=opts),
        resource="told",
        what=(
            "Parameter 'told' cannot be told apart by its tags: project is not set, not \"trainyard\", "
            'environment is not set, not "dev", managed-by is not set, not "pulumi".'
        ),
        cure=(
            "Declare it with a provider whose defaultTags are infra.tags.default_tags, not with Pulumi's default one."
        ),
    ),
    Case(
        rule="tagged",
        breaks=lambda opts: aws.ssm.Parameter(
            "told", type="String", value="v", tags={"environment": "prod"}, opts=opts
        ),
        holds=lambda opts: aws.ssm.Parameter("told", type="String", value="v", tags={"environment": "dev"}, opts=opts),
        resource="told",
        what='Parameter \'told\' cannot be told apart by its tags: environment is "prod", not "dev".',
        cure=(
            "Take infra.tags.default_tags as defaultTags of provider 'aws', and repeat none of them in the "
            "resource's tags."
        ),
    ),
    Case(
        rule="tagged",
        breaks=lambda opts: aws.ssm.Parameter(
            "told", type="String", value="v", opts=tagging({"project": "trainyard", "environment": "dev"})
        ),
        holds=lambda opts: aws.ssm.Parameter("told", type="String", value="v", opts=tagging(default_tags("dev"))),
        resource="told",
        what="Parameter 'told' cannot be told apart by its tags: managed-by is not set, not \"pulumi\".",
        cure=(
            "Take infra.tags.default_tags as defaultTags of provider 'aws-elsewhere', and repeat none of them "
            "in the resource's tags."
        ),
    ),
    Case(
        rule="names-without-timestamps",
        breaks=lambda opts: named(opts, "platform-2026-11-24"),
        holds=lambda opts: named(opts, "platform-v2026"),
        resource="told",
        what="Parameter 'told' has a date in name: \"platform-2026-11-24\".",
        cure="Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart.",
    ),
    Case(
        rule="names-without-timestamps",
        breaks=lambda opts: named(opts, "platform-20261124T0410"),
        holds=lambda opts: named(opts, "platform-2a26112f4c01"),
        resource="told",
        what="Parameter 'told' has a date in name: \"platform-20261124T0410\".",
        cure="Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart.",
    ),
    Case(
        rule="names-without-timestamps",
        breaks=lambda opts: named(opts, "platform-1795493400"),
        holds=lambda opts: named(opts, "platform-17954934"),
        resource="told",
        what="Parameter 'told' has a time in seconds or milliseconds in name: \"platform-1795493400\".",
        cure="Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart.",
    ),
    Case(
        rule="names-without-timestamps",
        breaks=lambda opts: named(opts, "platform-1795493400123"),
        holds=lambda opts: named(opts, "platform"),
        resource="told",
        what="Parameter 'told' has a time in seconds or milliseconds in name: \"platform-1795493400123\".",
        cure="Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart.",
    ),
    Case(
        rule="names-without-timestamps",
        breaks=lambda opts: named(opts, "platform-3f2b8c1e-9d47-4a6b-8e21-5c7d9f0a1b2c"),
        holds=lambda opts: named(opts, "platform"),
        resource="told",
        what="Parameter 'told' has a random UUID in name: \"platform-3f2b8c1e-9d47-4a6b-8e21-5c7d9f0a1b2c\".",
        cure="Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart.",
    ),
    Case(
        rule="names-without-timestamps",
        breaks=lambda opts: named(opts, "platform-3f2b8c1e9d474a6b8e215c7d9f0a1b2c"),
        holds=lambda opts: named(opts, "platform-d41d8cd98f00"),
        resource="told",
        what="Parameter 'told' has a random UUID in name: \"platform-3f2b8c1e9d474a6b8e215c7d9f0a1b2c\".",
        cure="Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart.",
    ),
    Case(
        rule="names-without-timestamps",
        breaks=lambda opts: aws.ssm.Parameter("told-20261124", type="String", value="v", opts=opts),
        holds=lambda opts: named(opts, "platform"),
        resource="told-20261124",
        what="Parameter 'told-20261124' has a date in its logical name: \"told-20261124\".",
        cure="Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart.",
    ),
    Case(
        rule="names-without-timestamps",
        breaks=lambda opts: sound.bucket(opts, bucket="data-20261124"),
        holds=lambda opts: sound.bucket(opts, bucket="data-of-dev"),
        resource="data",
        what="Bucket 'data' has a date in bucket: \"data-20261124\".",
        cure="Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart.",
    ),
    Case(
        rule="names-without-timestamps",
        breaks=lambda opts: archive(opts, "baseline/2026/11/24/model.tar.gz"),
        holds=lambda opts: archive(opts, "baseline/0a2b4c6d8e0f/model.tar.gz"),
        resource="archive",
        what="BucketObjectv2 'archive' has a date in key: \"baseline/2026/11/24/model.tar.gz\".",
        cure="Leave the name to Pulumi, or take it from infra.naming; a content hash tells versions apart.",
    ),
]
