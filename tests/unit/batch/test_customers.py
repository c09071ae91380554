import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainyard.batch.customers import parse_customers
from trainyard.batch.source import read_source
from trainyard.errors import UsageError


def refusal(content: bytes) -> str:
    with pytest.raises(UsageError) as refused:
        parse_customers(content, "list.csv")
    assert refused.value.exit_code == 2
    assert "list.csv; nothing was changed" in str(refused.value)
    return str(refused.value)


@given(st.lists(st.integers(0, 2**63 - 1), min_size=1, unique=True), st.sampled_from(["\n", "\r\n"]))
def test_each_customer_is_read_once_in_the_order_of_the_file(ids: list[int], end: str) -> None:
    assert parse_customers(end.join(["customer_id", *map(str, ids)]).encode(), "s").ids == ids


def test_the_mark_of_spreadsheets_and_spaces_around_a_value_are_no_part_of_it() -> None:
    assert parse_customers(b"\xef\xbb\xbfcustomer_id\r\n 17850 \r\n", "s").ids == [17850]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"customer_id\n", "there is nothing below its header"),
        (b"customer\n1\n", "has the columns 'customer' instead of 'customer_id' alone"),
        (b"customer_id,k\n1,2\n", "has the columns 'customer_id, k' instead of"),
        (b"17850\n17851\n", "has the columns '17850' instead of"),
        (b"PAR1\x15\x04\xff\xfe", "cannot be read as CSV: 'utf-8' codec"),
        (b'customer_id\n"1\n', "cannot be read as CSV: unexpected end of data"),
        (b"customer_id\n1\n\n2\n", "row 3 is empty"),
        (b"customer_id\n17850.0\n", "row 2 holds '17850.0', which is no whole number"),
        (b"customer_id\n-1\n", "row 2 holds '-1', which is no whole number"),
        (b"customer_id\n1,2\n", "row 2 holds '1,2', which is no whole number"),
        ("customer_id\n١\n".encode(), "row 2 holds '١', which is no whole number"),
        (b"customer_id\n9223372036854775808\n", "row 2 holds '9223372036854775808', which is no whole number"),
        (b"customer_id\n1\n2\n01\n2\n", "row 4 repeats customer 1 of row 2; 2 of its rows are repetitions"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused_with_its_first_wrong_row(content: bytes, message: str) -> None:
    assert message in refusal(content)


def test_a_wrong_value_is_repeated_only_as_far_as_it_helps() -> None:
    assert len(refusal(b"customer_id\n" + b"x" * 10_000)) < 400


@pytest.mark.parametrize("source", ["/nowhere/list.csv", "/", "s3://bucket", "s3:///key"])
def test_what_cannot_be_read_is_refused_by_name(source: str) -> None:
    with pytest.raises(UsageError, match="The list of customers cannot be read") as refused:
        read_source(source, None)
    assert f"Where: {source}; nothing was changed" in str(refused.value)
