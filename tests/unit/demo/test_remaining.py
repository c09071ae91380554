from typing import Any

from trainyard.demo.remaining import remaining


class Account:
    """Answers every listing from a table; what is not in it is empty."""

    def __init__(self, **listings: Any) -> None:
        self.listings = {"describe_vpcs": {"Vpcs": []}, "describe_vpc_endpoints": {"VpcEndpoints": []}, **listings}

    def __getattr__(self, operation: str) -> Any:
        return lambda **_: self.listings.get(operation, {"Keys": []})


def test_what_is_left_is_named_and_what_waits_for_its_deletion_does_not_count():
    account = Account(
        list_buckets={"Buckets": [{"Name": "raw"}]},
        describe_vpcs={"Vpcs": [{"VpcId": "vpc-1", "IsDefault": True}, {"VpcId": "vpc-2"}]},
        describe_vpc_endpoints={"VpcEndpoints": [{"VpcEndpointId": "vpce-1", "State": "deleted"}]},
        list_keys={"Keys": [{"KeyId": "k1"}]},
        describe_key={"KeyMetadata": {"KeyState": "PendingDeletion", "KeyManager": "CUSTOMER"}},
    )
    assert list(remaining(lambda service: account)) == ["s3: raw", "ec2: vpc-2"]
