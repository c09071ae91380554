import pytest

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.metric_definitions import find_metrics, parse_definitions


def test_the_first_group_is_the_value() -> None:
    definitions = parse_definitions([{"Name": "map", "Regex": r"map=([0-9.]+);"}])
    assert find_metrics(definitions, "epoch=3; map=0.25;") == [("map", 0.25)]


def test_text_where_a_number_is_expected_is_no_metric() -> None:
    definitions = parse_definitions([{"Name": "map", "Regex": r"map=(\S+);"}])
    assert find_metrics(definitions, "map=none;") == []


@pytest.mark.parametrize(("regex", "reason"), [("map=(", "is not valid"), ("map=.*", "has no group")])
def test_an_unusable_expression_is_refused_by_name(regex: str, reason: str) -> None:
    with pytest.raises(ValidationError, match=rf"of metric 'map' {reason}"):
        parse_definitions([{"Name": "map", "Regex": regex}])
