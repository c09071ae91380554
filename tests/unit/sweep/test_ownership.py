from collections.abc import Mapping

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from trainyard.reproduction.begin import pipeline_name
from trainyard.sweep import Ownership, Thing

DIGEST = "0123456789"
RELEASE = {"managed-by": "trainyard-release", "environment": "dev", "service": "recommender"}
OURS = Ownership("dev", ["recommender"])


def owns(kind: str, name: str, tags: Mapping[str, str] | None = None) -> bool:
    return OURS.owns(Thing(kind, name, tags or {}))


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Pipeline", "recommender-dev"),
        ("Endpoint", f"recommender-dev-pre-{DIGEST}"),
        ("EndpointConfig", f"recommender-dev-3-{DIGEST}"),
        ("EndpointConfig", f"recommender-dev-baseline-{DIGEST}"),
        ("EndpointConfig", f"recommender-dev-pre-{DIGEST}"),
        ("EndpointConfig", f"recommender-dev-shadow-{DIGEST}"),
        ("Model", f"recommender-dev-shadow-{DIGEST}"),
        ("Model", f"recommender-dev-12-{DIGEST}"),
        ("Model", f"recommender-dev-batch-12-{DIGEST}"),
        ("Alarm", f"recommender-dev-{DIGEST}-latency"),
        ("Alarm", f"recommender-dev-{DIGEST}-golden"),
        ("Alarm", "TargetTracking-endpoint/recommender-dev/variant/live-AlarmHigh-1"),
        ("LogGroup", f"/aws/sagemaker/Endpoints/recommender-dev-pre-{DIGEST}"),
        ("ScalableTarget", "endpoint/recommender-dev/variant/live"),
        ("ModelPackage", "arn:aws:sagemaker:eu-west-1:111111111111:model-package/recommender-dev/3"),
    ],
)
def test_the_names_that_releases_and_aws_give_are_known_without_tags(kind: str, name: str):
    assert owns(kind, name)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("Endpoint", "recommender-dev"),
        ("Pipeline", "recommender-dev-2"),
        ("EndpointConfig", f"recommender-dev-2-3-{DIGEST}"),
        ("Model", f"recommender-development-3-{DIGEST}"),
        ("Model", f"my-recommender-dev-3-{DIGEST}"),
        ("Model", f"recommender-dev-3-{DIGEST}-copy"),
        ("Model", f"recommender-dev-batch-{DIGEST}"),
        ("Model", "recommender-dev-by-hand"),
        ("Alarm", "trainyard-recommender-dev-5xx"),
        ("Alarm", f"recommender-dev-2-{DIGEST}-5xx"),
        ("LogGroup", "/aws/sagemaker/Endpoints/recommender-dev-2"),
        ("LogGroup", "/aws/sagemaker/TrainingJobs"),
        ("ScalableTarget", "endpoint/recommender-dev-2/variant/live"),
        ("ModelPackage", "arn:aws:sagemaker:eu-west-1:111111111111:model-package/recommender-dev-2/3"),
        ("EventRule", "recommender-dev"),
        ("Key", "1"),
    ],
)
def test_a_similar_name_is_not_ours(kind: str, name: str):
    assert not owns(kind, name)


def test_what_a_release_tagged_is_ours_also_of_a_service_that_the_stack_file_lost():
    assert owns("Model", f"searcher-dev-3-{DIGEST}", {**RELEASE, "service": "searcher"})
    assert owns("EventRule", "anything", RELEASE)
    assert owns("Job", "TrainingJob/x", {"managed-by": "trainyard-pipeline", "trainyard-environment": "dev"})
    assert owns("Job", "TransformJob/x", {"managed-by": "trainyard-batch", "environment": "dev"})


def test_a_pipeline_whose_tags_name_no_environment_is_known_by_its_name():
    tags = {"managed-by": "trainyard-pipeline", "trainyard-service": "recommender"}
    assert owns("Pipeline", "recommender-dev", tags)
    assert not owns("Pipeline", "recommender-dev-2", tags)


def test_tags_of_another_environment_or_maker_count_more_than_a_name():
    name = f"recommender-dev-3-{DIGEST}"
    assert not owns("Model", name, {**RELEASE, "environment": "dev-2"})
    assert not owns("Model", name, {"managed-by": "somebody"})
    assert not owns("Model", name, {"managed-by": "pulumi", "environment": "dev"})


def test_of_what_pulumi_made_only_the_retained_first_day_is_ours():
    tags = {"managed-by": "pulumi", "environment": "dev", "project": "trainyard"}
    assert owns("EndpointConfig", "recommender-baseline-config-0a1b2c3", tags)
    assert owns("Model", "recommender-baseline-model-0a1b2c3", tags)
    assert owns("LogGroup", "/aws/sagemaker/Endpoints/recommender-dev", tags)
    assert not owns("Endpoint", "recommender-dev", tags)
    assert not owns("Alarm", "trainyard-recommender-dev-5xx", tags)
    assert not owns("Model", "recommender-baseline-model-0a1b2c3", {**tags, "environment": "dev-2"})
    assert not owns("Model", "recommender-baseline-model-0a1b2c3"), "its name does not tell whose it is"


part = st.from_regex(r"[a-z](?:-?[a-z0-9]){0,8}", fullmatch=True)
digest = st.from_regex(r"[0-9a-f]{10}", fullmatch=True)
version = st.one_of(st.just("baseline"), st.integers(1, 999).map(str))


@st.composite
def made_by_a_release(draw: st.DrawFn, service: str, environment: str) -> Thing:
    """Draw anything that a release of a service in an environment makes, or AWS for it, with or without its tags."""
    endpoint, mark = f"{service}-{environment}", draw(digest)
    names = {
        "Pipeline": endpoint,
        "EndpointConfig": f"{endpoint}-{draw(st.one_of(version, st.just('pre')))}-{mark}",
        "Model": f"{endpoint}-{draw(version)}-{mark}",
        "Alarm": draw(
            st.sampled_from([f"{endpoint}-{mark}-5xx", f"TargetTracking-endpoint/{endpoint}/variant/live-AlarmLow"])
        ),
        "LogGroup": f"/aws/sagemaker/Endpoints/{endpoint}",
        "ScalableTarget": f"endpoint/{endpoint}/variant/live",
        "ModelPackage": f"arn:aws:sagemaker:eu-west-1:111111111111:model-package/{endpoint}/1",
    }
    kind = draw(st.sampled_from(sorted(names)))
    tags = {"managed-by": "trainyard-release", "environment": environment, "service": service}
    return Thing(kind, names[kind], draw(st.sampled_from([tags, {}])))


similar = st.sampled_from(["", "-2", "elopment", "-pre", "-3", "-baseline", "-dev", "1"])


@given(part, part, similar, similar, st.data())
def test_nothing_of_another_environment_or_service_with_a_similar_name_is_ours(
    service: str, environment: str, more_service: str, more_environment: str, data: st.DataObject
):
    others = (service + more_service, environment + more_environment)
    # `a-b` in `c` and `a` in `b-c` would have one endpoint name, which an account has once.
    assume("-".join(others) != f"{service}-{environment}")
    theirs = data.draw(made_by_a_release(*others))
    # One of another service in the same environment goes with the environment, which its tags say.
    assume(theirs.tags.get("environment") != environment)
    # Nor can an endpoint have the name of the other's pre-release endpoint: it is shorter by a digest.
    assume(not theirs.name.startswith(f"{service}-{environment}-pre-"))
    assert not Ownership(environment, [service]).owns(theirs)


@given(part, part, st.data())
def test_everything_that_a_release_makes_is_ours(service: str, environment: str, data: st.DataObject):
    assert Ownership(environment, [service]).owns(data.draw(made_by_a_release(service, environment)))


def test_what_makes_models_again_is_known_by_its_name() -> None:
    name = pipeline_name("recommender-dev", "{}")
    assert owns("Pipeline", name)
    assert not owns("Pipeline", name.replace("recommender-dev", "recommender-prod"))
