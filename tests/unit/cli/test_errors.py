import pytest

from trainyard.errors import GateRejected, RolledBack, TrainyardError, UsageError


@pytest.mark.parametrize(("error", "code"), [(TrainyardError, 1), (UsageError, 2), (GateRejected, 3), (RolledBack, 4)])
def test_each_kind_of_error_has_its_exit_code(error: type[TrainyardError], code: int):
    assert error("x").exit_code == code


def test_an_error_reads_as_what_where_and_what_to_do():
    error = UsageError("There is no such file", where="a.parquet", cure="Give another")
    assert str(error) == "There is no such file. Where: a.parquet. Give another."
