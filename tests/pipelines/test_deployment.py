import json

from pipelines.deployment import current, deploy
from pipelines.rendering import RenderedPipeline
from tests.pipelines import contract
from tests.pipelines.account import Account

TEXT = '{"Parameters":[],"Steps":[],"Version":"2020-12-01"}'


def deployed(account: Account, text: str = TEXT, **platform: object):
    outputs = contract.platform().model_copy(update=platform)
    return deploy(
        RenderedPipeline(text), outputs, contract.service(), sagemaker=account.clients.sagemaker, s3=account.clients.s3
    )


def test_a_definition_is_kept_by_its_hash_and_becomes_the_pipelines(account: Account) -> None:
    done = deployed(account)
    assert done.change == "created"
    assert done.definition_uri == f"s3://dev-artifacts/recommender/pipelines/{done.sha256}.json"
    assert account.object(done.definition_uri).decode() == TEXT
    live = current("recommender-dev", account.clients.sagemaker)
    assert live is not None
    assert json.loads(live["PipelineDefinition"]) == json.loads(TEXT)
    assert live["RoleArn"] == contract.platform().roles.pipeline


def test_the_same_definition_again_changes_nothing_and_says_so(account: Account) -> None:
    deployed(account)
    before = current("recommender-dev", account.clients.sagemaker)
    assert deployed(account).change == "unchanged"
    assert current("recommender-dev", account.clients.sagemaker)["LastModifiedTime"] == before["LastModifiedTime"]
    assert len(account.objects("dev-artifacts")) == 1


def test_another_definition_updates_the_pipeline_and_keeps_the_old_one(account: Account) -> None:
    first = deployed(account)
    second = deployed(account, TEXT.replace("[]", '[{"Name":"Run","Type":"String"}]', 1))
    assert (second.change, len(account.objects("dev-artifacts"))) == ("updated", 2)
    assert account.object(first.definition_uri).decode() == TEXT


def test_another_role_alone_updates_the_pipeline(account: Account) -> None:
    deployed(account)
    roles = contract.platform().roles.model_copy(update={"pipeline": "arn:aws:iam::000000000001:role/other-pipeline"})
    assert deployed(account, roles=roles).change == "updated"


def test_a_pipeline_that_does_not_exist_is_none(account: Account) -> None:
    assert current("nothing", account.clients.sagemaker) is None
