import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra import naming


def test_an_endpoint_its_pipeline_and_its_group_share_a_name() -> None:
    assert naming.per_service("recommender", "dev") == "recommender-dev"


def test_a_release_can_append_its_suffix_to_every_accepted_endpoint_name() -> None:
    longest = "a" * (naming.ENDPOINT_LENGTH - len("-dev"))
    assert len(naming.per_service(longest, "dev") + "-pre-12345678") == 63
    with pytest.raises(naming.NameRefused, match=r"has 51 characters; at most 50 are allowed"):
        naming.per_service(longest + "a", "dev")


def test_every_accepted_service_has_a_name_for_the_rule_of_its_schedule() -> None:
    longest = "a" * (naming.ENDPOINT_LENGTH - len("-dev"))
    assert len(naming.schedule_rule(longest, "dev")) <= naming.RULE_LENGTH


@pytest.mark.parametrize("service", ["Recommender", "1st", "a_b", "a--b", "ends-", "", "ü"])
def test_a_name_that_aws_refuses_is_refused_with_what_is_allowed(service: str) -> None:
    with pytest.raises(naming.NameRefused, match=r"lower-case letters, digits and single hyphens"):
        naming.repository(service)


@given(st.from_regex(r"[a-z](-?[a-z0-9]){0,20}", fullmatch=True))
def test_every_accepted_part_fits_all_names(part: str) -> None:
    assert naming.repository(part) == f"trainyard/{part}"
    assert naming.deployments_table(part).startswith("trainyard-")
    assert naming.key_alias(part).startswith("alias/")


def test_endpoint_wide_alarms_do_not_begin_like_those_of_a_release() -> None:
    assert not naming.endpoint_alarm("recommender-dev", "5xx").startswith("recommender-dev-")


def test_an_online_stores_project_has_no_hyphen_for_feast_takes_none() -> None:
    assert naming.online_store("deep-ranker", "dev") == "trainyard_dev_deep_ranker"
