"""A version on its way from one account to the next, on the local cloud."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from infra.resource_policies import repository_policy
from tests.promotion.world import ACCOUNTS, ARCHIVE, METADATA, World, rolled_back_from
from tests.unit.release.control_plane import Faults, Faulty, Killed
from trainyard.errors import GateRejected, TrainyardError, UsageError
from trainyard.promotion import Promoted, Side, promote
from trainyard.registry import archive, list_versions
from trainyard.release.table import DeploymentTable

NOTHING = {"packages": [], "objects": [], "uploads": [], "images": []}
SHA256 = hashlib.sha256(ARCHIVE).hexdigest()


def promoted(world: World, version: int | None = 1) -> Promoted:
    return promote(world.source, world.target, version, lambda line: None)


def ready(world: World) -> World:
    world.accepted(world.released())
    return world


def test_a_version_arrives_with_the_same_bytes_and_image_pending_with_its_origin(world: World) -> None:
    made = promoted(ready(world)).version
    assert (made.version, made.approval) == (1, "PendingManualApproval")
    digest = world.source.client("ecr").list_images(repositoryName=f"trainyard/{world.service}")["imageIds"][0]
    assert made.image == f"{world.target.service.repository_url}@{digest['imageDigest']}"
    here = world.target.archive(made.model_data_url)
    assert (here.bucket, archive.sha256(here)) == (world.target.platform.buckets.artifacts, SHA256)
    head = here.s3.head_object(**here.request)
    assert (head["ServerSideEncryption"], head["SSEKMSKeyId"]) == ("aws:kms", world.target.platform.kms_key_arn)
    assert made.metadata == {
        **METADATA,
        "promoted_from_environment": "staging",
        "promoted_from_account": ACCOUNTS["staging"],
        "promoted_from_package": f"arn:aws:sagemaker:eu-west-1:{ACCOUNTS['staging']}:model-package/"
        f"{world.service}-staging/1",
        "promoted_from_version": "1",
        "archive_sha256": SHA256,
        "image_digest": digest["imageDigest"],
    }
    described = world.target.client("sagemaker").describe_model_package(ModelPackageName=made.arn)
    assert described["InferenceSpecification"]["Containers"][0]["Environment"] == {"A": "1"}


def test_promoting_again_finds_the_first(world: World) -> None:
    first = promoted(ready(world))
    before = world.of_target()
    again = promoted(world)
    assert (first.already, again.already, again.version) == (False, True, first.version)
    assert world.of_target() == before


def test_of_several_versions_each_is_promoted_once(world: World) -> None:
    other = world.register()
    assert other.endswith("/2")
    promoted(ready(world))
    assert [
        version.version for version in list_versions(f"{world.service}-prod", world.target.client("sagemaker"))
    ] == [1]


def test_the_promoted_image_runs_in_the_targets_account(world: World) -> None:
    made = promoted(ready(world)).version
    world.target.client("sagemaker").create_model(
        ModelName=f"{world.service}-1",
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNTS['prod']}:role/serving",
        PrimaryContainer={"Image": made.image, "ModelDataUrl": made.model_data_url},
    )


def test_an_image_that_the_target_borrows_stays_where_it_is_and_runs_there(world: World) -> None:
    ready(world)
    borrowing = world.target.platform.model_copy(update={"images_borrowed_from": [ACCOUNTS["staging"]]})
    lent = json.dumps(repository_policy([ACCOUNTS["prod"]]))
    world.source.client("ecr").set_repository_policy(repositoryName=f"trainyard/{world.service}", policyText=lent)
    made = promote(world.source, replace(world.target, platform=borrowing), 1, lambda line: None).version
    assert made.image.startswith(f"{world.source.service.repository_url}@sha256:")
    assert world.of_target()["images"] == []
    world.target.client("sagemaker").create_model(
        ModelName=f"{world.service}-1",
        ExecutionRoleArn=f"arn:aws:iam::{ACCOUNTS['prod']}:role/serving",
        PrimaryContainer={"Image": made.image, "ModelDataUrl": made.model_data_url},
    )


def test_a_crash_anywhere_and_a_rerun_leave_exactly_one_package(worlds: Callable[[bytes], World]) -> None:
    for at in count():
        world, faults = ready(worlds(b"small")), Faults(kind="killed after", at=at)
        try:
            promote(world.source, replace(world.target, client=faulty(world.target, faults)), 1, lambda line: None)
        except Killed:
            promoted(world)
        found = world.of_target()
        assert [len(found[what]) for what in ("packages", "objects", "images")] == [1, 1, 1], faults.last
        if not faults.last:
            break
    assert at > 15, "the calls were not made through the faulty clients"


def faulty(side: Side, faults: Faults) -> Callable[[str], Any]:
    return lambda name: Faulty(side.client(name), faults)


def test_the_source_is_only_read_and_the_target_never_asked_for_the_sources_things(world: World) -> None:
    ready(world)
    asked: dict[str, list[str]] = {"staging": [], "prod": []}

    def watched(side: Side) -> Side:
        def client(name: str) -> Any:
            found = side.client(name)
            note = lambda model, **_: asked[side.name].append(model.name)  # noqa: E731
            found.meta.events.register("before-call.*", note, unique_id=f"{side.name}-{name}")
            return found

        return replace(side, client=client)

    promote(watched(world.source), watched(world.target), 1, lambda line: None)
    assert {
        name for name in asked["staging"] if not name.startswith(("Get", "List", "Describe", "BatchGet", "Query"))
    } == (set())
    assert {"CreateModelPackage", "CompleteMultipartUpload", "PutImage"} <= set(asked["prod"])


def never_released(world: World) -> None:
    pass


def rolled_back(world: World) -> None:
    world.accepted(
        world.released(status="rolled_back", progress=replace(rolled_back_from("0"), reason="Alarm a tripped"))
    )


def failed(world: World) -> None:
    world.accepted(world.released(status="failed", progress=replace(rolled_back_from("0"), reason="no answer")))


def gone_back_from(world: World) -> None:
    world.accepted(world.released())
    world.released(2, version="0", kind="rollback", progress=rolled_back_from("1"))


def rejected(world: World) -> None:
    world.accepted(world.released())
    world.source.client("sagemaker").update_model_package(
        ModelPackageArn=f"arn:aws:sagemaker:eu-west-1:{ACCOUNTS['staging']}:model-package/{world.service}-staging/1",
        ModelApprovalStatus="Rejected",
        ApprovalDescription="unfair",
    )


def not_accepted(world: World) -> None:
    world.released()


def not_answered(world: World) -> None:
    world.accepted(world.released(), failures=1, wrong="one: 9 distinct products")


def of_another_config(world: World) -> None:
    world.accepted(world.released(), endpoint_config_name="shop-staging-1-old")


def archive_overwritten(world: World) -> None:
    world.accepted(world.released())
    world.put_archive(b"another")


def archive_overwritten_while_live(world: World) -> None:
    release = world.released()
    world.put_archive(b"another")
    world.accepted(release, config_created=datetime(2026, 1, 1, tzinfo=UTC).isoformat())


@pytest.mark.parametrize(
    ("what_happened", "reason"),
    [
        (never_released, "it was never live"),
        (rolled_back, "was to put it live, and was rolled back: Alarm a tripped"),
        (failed, "was to put it live, and failed: no answer"),
        (gone_back_from, "it was rolled back: release#20261122T120000Z-0001 went from it to version 0"),
        (rejected, "it was rejected: unfair"),
        (not_accepted, "its acceptance is not recorded; run `trainyard acceptance"),
        (not_answered, "its acceptance failed on .*: one: 9 distinct products"),
        (of_another_config, "its acceptance is of another config: shop-staging-1-old was asked"),
        (archive_overwritten, "its archive changed after it was accepted"),
        (archive_overwritten_while_live, "its archive changed while it was live"),
    ],
)
def test_a_version_that_did_not_prove_itself_is_refused_and_nothing_changes(
    world: World, what_happened: Callable[[World], None], reason: str
) -> None:
    what_happened(world)
    with pytest.raises(GateRejected, match=reason) as refused:
        promoted(world)
    assert refused.value.exit_code == 3
    assert world.of_target() == NOTHING


def test_new_dials_that_were_undone_do_not_speak_against_the_model(world: World) -> None:
    ready(world)
    world.released(2, kind="config", status="rolled_back", progress=rolled_back_from("1"))
    assert not promoted(world).already


class Serving:
    """A client of SageMaker in an account whose endpoint serves a config; everything else is as it is."""

    def __init__(self, sagemaker: Any, config: str) -> None:
        self._sagemaker, self._config = sagemaker, config

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sagemaker, name)

    def describe_endpoint(self, EndpointName: str) -> dict[str, Any]:
        return {"EndpointStatus": "InService", "EndpointConfigName": self._config}

    def describe_endpoint_config(self, EndpointConfigName: str) -> dict[str, Any]:
        return {"ProductionVariants": [{"VariantName": "live", "ModelName": "m"}]}


def serving(side: Side, config: str) -> Side:
    def client(name: str) -> Any:
        return Serving(side.client(name), config) if name == "sagemaker" else side.client(name)

    return replace(side, client=client)


def test_without_a_number_the_version_is_promoted_that_is_live(world: World) -> None:
    table = DeploymentTable(world.source.client("dynamodb"), world.source.platform.deployments_table)
    table.set_pointer(world.released(status="open"), 0.0)
    release = world.released()
    world.register()
    world.accepted(release)
    source = serving(world.source, release.plan.config_name)
    assert promote(source, world.target, None, lambda line: None).origin.version == "1"


@pytest.mark.parametrize("side", [lambda world: serving(world.source, "bootstrap"), lambda world: world.source])
def test_what_is_no_version_of_the_registry_cannot_be_promoted(world: World, side: Callable[[World], Side]) -> None:
    ready(world)
    with pytest.raises(UsageError, match="staging serves no version of the registry"):
        promote(side(world), world.target, None, lambda line: None)
    assert world.of_target() == NOTHING


def test_an_unknown_version_is_refused_with_those_there_are(world: World) -> None:
    with pytest.raises(UsageError, match="There is no version 7 of this model; versions: 1"):
        promoted(world, 7)
    assert world.of_target() == NOTHING


def test_an_environment_is_not_promoted_to_itself(world: World) -> None:
    with pytest.raises(UsageError, match="staging cannot be promoted to itself"):
        promote(world.source, world.source, 1, lambda line: None)


def test_an_archive_that_is_not_what_an_earlier_promotion_recorded_goes_no_further(world: World) -> None:
    ready(world)
    world.source.client("sagemaker").update_model_package(
        ModelPackageArn=f"arn:aws:sagemaker:eu-west-1:{ACCOUNTS['staging']}:model-package/{world.service}-staging/1",
        CustomerMetadataProperties={"archive_sha256": "0" * 64},
    )
    with pytest.raises(TrainyardError, match="not what was promoted"):
        promoted(world)
    assert world.of_target() == NOTHING


def test_what_somebody_put_in_the_archives_place_is_not_registered(world: World) -> None:
    ready(world)
    key = f"{world.service}/promoted/{SHA256}/model.tar.gz"
    world.target.client("s3").put_object(Bucket=world.target.platform.buckets.artifacts, Key=key, Body=b"other")
    with pytest.raises(TrainyardError, match="remove it there; no version was registered"):
        promoted(world)
    assert world.of_target()["packages"] == []
