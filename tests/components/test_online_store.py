import pytest

from infra import naming
from infra.online_store import OnlineStore, OnlineStoreArgs
from recommender.feature_store.layout import table_name
from recommender.features.definition import SCHEMA
from tests.harness import deploy

KEY = "arn:aws:kms:eu-west-1:111111111111:key/k"


def args(*schemas: int, protect: bool = True) -> OnlineStoreArgs:
    project = naming.online_store("recommender", "dev")
    return OnlineStoreArgs(project=project, feature_schemas=schemas, key_arn=KEY, protect=protect)


@pytest.mark.parametrize("protect", [True, False])
def test_features_are_keyed_by_entity_encrypted_and_can_be_brought_back(protect: bool) -> None:
    table = deploy(lambda: OnlineStore("store", args(2, protect=protect))).one("Table")
    assert table.inputs == {
        "name": "trainyard_dev_recommender.customer_features_v2",
        "billingMode": "PAY_PER_REQUEST",
        "hashKey": "entity_id",
        "attributes": [{"name": "entity_id", "type": "S"}],
        "pointInTimeRecovery": {"enabled": True},
        "serverSideEncryption": {"enabled": True, "kmsKeyArn": KEY},
        "deletionProtectionEnabled": protect,
    }
    assert table.protect is protect


def test_another_schema_gets_a_table_beside_the_old_one_which_stays_as_it_is() -> None:
    def tables(*schemas: int) -> dict[str, str]:
        found = deploy(lambda: OnlineStore("store", args(*schemas))).of_type("Table")
        return {each.urn: each.inputs["name"] for each in found}

    assert tables(2).items() < tables(3, 2).items()


def test_a_store_without_a_schema_is_refused() -> None:
    with pytest.raises(ValueError, match="feature_schemas is empty"):
        args()


def test_the_table_is_the_one_that_feast_and_the_containers_name() -> None:
    project = naming.online_store("recommender", "dev")
    assert naming.online_table(project, SCHEMA) == table_name(project)
