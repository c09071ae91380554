import pytest

from pipelines.image_kind import KINDS, jobs_kind, kind_of, tag_of


@pytest.mark.parametrize("kind", KINDS)
def test_a_tag_tells_its_kind(kind: str) -> None:
    assert kind_of(tag_of(kind, "0123456789ab")) == kind


@pytest.mark.parametrize("tag", ["slow", "", "training", "trainings-1", "content-0123456789ab", "serving-1-2"])
def test_a_tag_that_was_chosen_freely_is_of_no_kind(tag: str) -> None:
    assert kind_of(tag) == ""


@pytest.mark.parametrize(
    ("instance_type", "kind"),
    [
        *((name, "training-gpu") for name in ("ml.p3.2xlarge", "ml.p4d.24xlarge", "ml.g5.xlarge", "ml.gr6.4xlarge")),
        *((name, "training") for name in ("ml.m6i.xlarge", "ml.m7g.large", "ml.c6gn.large", "ml.t3.medium")),
    ],
)
def test_the_instance_type_says_which_image_training_needs(instance_type: str, kind: str) -> None:
    assert jobs_kind(instance_type) == kind
