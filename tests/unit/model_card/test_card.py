import json
from dataclasses import replace
from typing import Any

import pytest

from pipelines.model_card import CardFacts, Slice, about, card
from trainyard.model_card import as_html, as_markdown

FACTS = CardFacts(
    owners=["shop@example.com"],
    archive="s3://artifacts/model.tar.gz",
    image="shop@sha256:1",
    orders="s3://raw/orders",
    evaluation="s3://artifacts/evaluation.json",
    metrics={"map_at_10": 0.3, "coverage": 0.0},
    details={"data: hash": "d1"},
    hyperparameters={"max_depth": 4},
    slices=[Slice(name="orders 1", customers=7, challenger=0.25, champion=0.2)],
)


def values(content: Any, name: str) -> list[Any]:
    """Return every value of a metric of that name."""
    if isinstance(content, dict):
        here = [content["value"]] if content.get("name") == name and "value" in content else []
        return here + [one for part in content.values() for one in values(part, name)]
    return [one for part in content for one in values(part, name)] if isinstance(content, list) else []


def test_the_recommenders_own_words_fill_the_card_and_none_is_left_over() -> None:
    said = about("recommender")
    told = json.dumps(card(said, FACTS))
    assert said["risk_rating"] in ("Low", "Medium", "High", "Unknown")
    assert [name for name, text in said.items() if text not in told] == []


def test_a_service_that_says_nothing_has_a_card_of_facts() -> None:
    assert about("no-such-service") == {}
    content = card({}, FACTS)
    assert "intended_uses" not in content
    assert values(content, "map_at_10") == [0.3]


def test_a_zero_is_a_fact_and_stays() -> None:
    assert values(card({}, FACTS), "coverage") == [0.0]


def test_slices_say_how_many_customers_they_are_and_what_the_champion_does() -> None:
    content = card({}, FACTS)
    assert values(content, "map_at_10, orders 1") == [0.25]
    assert "7 customers; the champion's is 0.20000" in json.dumps(content)
    assert '"slices"' not in json.dumps(card({}, replace(FACTS, slices=())))


def test_texts_are_cut_at_the_limits_of_aws() -> None:
    content = card({"purpose": "x" * 3000, "algorithm": "y" * 3000}, FACTS)
    assert len(content["intended_uses"]["purpose_of_model"]) == 2048
    assert len(content["training_details"]["training_observations"]) == 1024


@pytest.mark.parametrize("render", [as_markdown, as_html])
def test_every_fact_is_on_the_page(render: Any) -> None:
    page = render("shop, version 3", card(about("recommender"), FACTS))
    for told in ("shop, version 3", "shop@sha256:1", "s3://raw/orders", "0.30000", "d1", "max_depth", "7 customers"):
        assert told in page


def test_nothing_of_a_record_becomes_markup() -> None:
    page = as_html("<b>", card({}, replace(FACTS, details={"reason": "<script>|"})))
    assert "<script>" not in page
    assert "<b>" not in page
    assert "\\|" in as_markdown("t", card({}, replace(FACTS, details={"reason": "a|b"})))
