"""The rendered pipeline, run for real by the local cloud with a service that takes no time to train."""

import hashlib
import json
from collections.abc import Iterator

import pytest

from pipelines.rendering import RenderedPipeline
from tests.pipelines.local_platform import Platform, deployed_platform
from trainyard.registry import find_version

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory, rendered: RenderedPipeline) -> Iterator[Platform]:
    with deployed_platform(tmp_path_factory.mktemp("cloud"), rendered) as made:
        yield made


def test_a_first_model_a_worse_one_and_a_better_one(platform: Platform) -> None:
    sagemaker = platform.account.clients.sagemaker
    first = platform.run(max_depth="5")
    assert first.gate is not None
    assert (first.progress.status, first.gate["rule"]) == ("Succeeded", "beats-personal-frequency")
    version = find_version("recommender-dev", 1, sagemaker)
    assert (version.arn, version.approval, version.map_at_10) == (
        first.model_package_arn,
        "PendingManualApproval",
        0.05,
    )
    assert version.metadata["data_hash"] == hashlib.sha256(b"clean").hexdigest()
    assert (version.metadata["code_commit"], version.metadata["started_by"]) == (
        "c0ffee",
        "arn:aws:iam::000000000001:user/ada",
    )
    assert b'<h1 class="good">Passed</h1>' in platform.page(first)
    registered = sagemaker.describe_model_package(ModelPackageName=version.arn)["ModelCard"]
    card = json.loads(registered["ModelCardContent"])
    assert registered["ModelCardStatus"] == "Draft"
    assert card["evaluation_details"][0]["metric_groups"][0]["metric_data"][0]["value"] == 0.05
    assert card["additional_information"]["custom_details"]["data_hash"] == version.metadata["data_hash"]
    platform.release(first.model_package_arn)

    same = platform.run(max_depth="5")
    assert (same.rejected, same.model_package_arn) == (True, "")
    assert same.gate is not None
    assert (same.gate["rule"], same.gate["reference"]) == ("ratio-to-champion", "champion")
    assert "0.05000 is 1.0000 x the champion's 0.05000" in json.dumps(same.gate)
    assert same.progress.step("Reject").failure.endswith(same.gate["reason"])

    better = platform.run(max_depth="6")
    assert find_version("recommender-dev", 2, sagemaker).arn == better.model_package_arn


def test_a_failed_check_stops_the_run_with_its_reason_and_its_log(platform: Platform) -> None:
    ended = platform.run(orders=b"dirty")
    assert ended.failed is not None
    assert ended.failed.name == "Validate"
    assert "row 7 has no price" in ended.failed.failure
    assert ended.failed.log is not None
    assert ended.failed.log.group == "/aws/sagemaker/ProcessingJobs"
    assert [step.name for step in ended.progress.steps] == ["Ingest", "Validate"]
    assert platform.page(ended) is None


def test_a_second_run_over_a_history_that_was_rewritten_stops_and_what_was_accepted_stays(platform: Platform) -> None:
    kept = "recommender/validation/"
    assert platform.run(orders=b"history monday").failed is None
    assert platform.run(orders=b"history monday tuesday").failed is None
    rewritten = platform.run(orders=b"history monday wednesday")
    assert rewritten.failed is not None
    assert (rewritten.failed.name, "generation 2 had other days" in rewritten.failed.failure) == ("Validate", True)
    records = [key for key in platform.account.objects("dev-artifacts") if key.startswith(kept)]
    assert records == [f"{kept}0000000{generation}-record.json" for generation in (1, 2)]
    assert platform.run(orders=b"history monday tuesday wednesday").failed is None
