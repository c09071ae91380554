import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoRegionError

from trainyard.cli.app import in_words
from trainyard.errors import GateRejected, RolledBack, TrainyardError, UsageError


@pytest.mark.parametrize(("error", "code"), [(TrainyardError, 1), (UsageError, 2), (GateRejected, 3), (RolledBack, 4)])
def test_each_kind_of_error_has_its_exit_code(error: type[TrainyardError], code: int):
    assert error("x").exit_code == code


def test_an_error_reads_as_what_where_and_what_to_do():
    error = UsageError("There is no such file", where="a.parquet", cure="Give another")
    assert str(error) == "There is no such file. Where: a.parquet. Give another."


def test_an_answer_of_aws_that_nobody_expected_is_told_in_one_paragraph():
    refused = ClientError({"Error": {"Code": "AccessDenied", "Message": "not yours"}}, "PutObject")
    assert str(in_words(refused)).startswith("AWS refused PutObject: AccessDenied: not yours.")
    gone = EndpointConnectionError(endpoint_url="http://127.0.0.1:1")
    assert "trainyard local start" in str(in_words(gone))
    assert in_words(gone).exit_code == 1


def test_a_shell_without_aws_is_wrong_use_and_is_told_both_ways_out():
    told = in_words(NoRegionError())
    assert told.exit_code == 2
    assert "Log in" in str(told)
    assert "trainyard local env" in str(told)
