"""Names as Pulumi's bridge makes them."""

import re

import pytest

from localcloud.provider.errors import ProviderError
from localcloud.provider.naming import Naming


def test_a_name_is_the_logical_name_and_seven_hex_digits() -> None:
    found = Naming().apply("training", {}, {}, b"seed")
    assert re.fullmatch(r"training-[0-9a-f]{7}", found["name"])
    assert found == Naming().apply("training", {}, {}, b"seed")
    assert found["name"] != Naming().apply("training", {}, {}, b"other")["name"]


def test_a_made_name_stays_and_a_given_one_does_not_come_back() -> None:
    made = Naming().apply("a", {}, {}, b"1")
    assert Naming().apply("a", made, {}, b"2") == made
    assert Naming().apply("a", {"name": "given"}, {}, b"2")["name"] != "given"


def test_a_given_name_or_prefix_is_left_alone() -> None:
    assert Naming().apply("a", {}, {"name": "mine"}, b"") == {"name": "mine"}
    assert Naming().apply("a", {}, {"namePrefix": "mine-"}, b"") == {"namePrefix": "mine-"}
    assert Naming().complete({"namePrefix": "mine-"})["name"].startswith("mine-")
    assert Naming(key="bucket").apply("a", {}, {"bucketPrefix": "mine-"}, b"") == {"bucketPrefix": "mine-"}


def test_fifo_queues_lower_case_buckets_and_aliases_have_their_own_form() -> None:
    assert Naming(fifo="fifoQueue").apply("q", {}, {"fifoQueue": True}, b"")["name"].endswith(".fifo")
    assert Naming(key="bucket", lower=True).apply("Data", {}, {}, b"")["bucket"].startswith("data-")
    assert Naming(before="alias/").apply("k", {}, {}, b"")["name"].startswith("alias/k-")


def test_a_name_that_would_be_too_long_says_which_and_how_long() -> None:
    with pytest.raises(ProviderError, match=r"has 28 characters, 20 are allowed: give `name` or shorten"):
        Naming(longest=20).apply("a" * 20, {}, {}, b"")
