import pytest

from localcloud.errors import ValidationError
from localcloud.sagemaker.jobs.s3_locations import S3Location, local_path, parse_s3_uri


def test_a_uri_is_a_bucket_and_a_key() -> None:
    assert parse_s3_uri("s3://raw/a/b.csv") == S3Location("raw", "a/b.csv")
    assert parse_s3_uri("s3://raw") == S3Location("raw", "")


@pytest.mark.parametrize("uri", ["raw/a", "s3:/raw/a", "s3://", "file:///a"])
def test_another_uri_is_refused_by_name(uri: str) -> None:
    with pytest.raises(ValidationError, match=f"'{uri}' is not of the form s3://bucket/key"):
        parse_s3_uri(uri)


@pytest.mark.parametrize(
    ("prefix", "key", "path"),
    [
        ("in", "in/a/b.csv", "a/b.csv"),
        ("in/", "in/a/b.csv", "a/b.csv"),
        ("in/b.csv", "in/b.csv", "b.csv"),
        ("in/2011", "in/2011-08.csv", "2011-08.csv"),
        ("", "a/b.csv", "a/b.csv"),
    ],
)
def test_objects_keep_their_path_below_the_prefix(prefix: str, key: str, path: str) -> None:
    assert str(local_path(prefix, key)) == path


def test_a_folder_marker_is_no_file() -> None:
    assert local_path("in", "in/a/") is None


def test_a_key_cannot_leave_the_folder() -> None:
    with pytest.raises(ValidationError, match=r"'\.\.' in its key"):
        local_path("in", "in/../../etc/passwd")


def test_a_child_of_a_whole_bucket_has_no_leading_slash() -> None:
    assert S3Location("raw", "").child("job", "output").uri == "s3://raw/job/output"
    assert S3Location("raw", "a/").child("job").uri == "s3://raw/a/job"
