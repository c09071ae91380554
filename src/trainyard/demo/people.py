"""A second person in an environment: approvals of two people need somebody whom AWS knows as another."""

from collections.abc import Generator
from contextlib import contextmanager

from trainyard.demo.shell import Shell

NAME = "second-approver"


@contextmanager
def second_person(shell: Shell) -> Generator[dict[str, str], None, None]:
    """Give the variables of an IAM user of the environment's account, who is gone after the block."""
    iam = shell.client("iam")
    iam.create_user(UserName=NAME)
    key = iam.create_access_key(UserName=NAME)["AccessKey"]
    try:
        yield {
            "AWS_ACCESS_KEY_ID": key["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"],
            "AWS_SESSION_TOKEN": "",
        }
    finally:
        iam.delete_access_key(UserName=NAME, AccessKeyId=key["AccessKeyId"])
        iam.delete_user(UserName=NAME)
