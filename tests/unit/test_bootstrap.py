"""Where the state of the bootstrap project is, and what the variables for Pulumi say."""

import json
from pathlib import Path

import pytest

from stacks.bootstrap.settings import parse
from tests.harness.bootstrap_files import FOLDER, mapping
from trainyard.bootstrap import Bootstrap, resources_in, where, without_secrets_provider
from trainyard.engine.locate import Engine
from trainyard.errors import UsageError

ENGINE = Engine(Path("pulumi"), "3.259.0", "path")
SETTINGS = parse(mapping("dev"), "Pulumi.dev.yaml")


def of(environ: dict[str, str], project: Path = FOLDER.parents[1], environment: str = "dev") -> Bootstrap:
    return Bootstrap(project, environment, ENGINE, environ)


def state(resources: int) -> str:
    return json.dumps({"version": 3, "checkpoint": {"latest": {"resources": [{}] * resources}}})


@pytest.mark.parametrize(
    ("checkpoint", "known"),
    [(None, 0), ("", 0), (state(3), 3), (json.dumps({"version": 3, "checkpoint": {"stack": "dev"}}), 0)],
)
def test_a_state_that_was_begun_but_never_filled_knows_nothing(checkpoint: str | None, known: int) -> None:
    assert resources_in(checkpoint) == known


def test_an_import_that_was_interrupted_leaves_the_file_in_charge() -> None:
    assert (where(0), where(39)) == ("file", "bucket")


def test_the_passphrase_of_the_first_state_stays_behind() -> None:
    exported = {"version": 3, "deployment": {"secrets_providers": {"type": "passphrase"}, "resources": [{}]}}
    assert json.loads(without_secrets_provider(json.dumps(exported)))["deployment"] == {"resources": [{}]}


def test_the_variables_lead_to_the_state_and_its_key() -> None:
    assert of({}).exports(SETTINGS) == {
        "PULUMI_BACKEND_URL": "s3://trainyard-state-111111111111-eu-west-1?region=eu-west-1&awssdk=v2",
        "PULUMI_OPTION_SECRETS_PROVIDER": "awskms://alias/trainyard-state?region=eu-west-1&awssdk=v2",
    }


def test_an_endpoint_of_its_own_has_no_host_name_for_each_bucket() -> None:
    url = of({"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}).exports(SETTINGS)["PULUMI_BACKEND_URL"]
    assert url.endswith("&use_path_style=true")


def test_a_wrong_setting_stops_it_before_anything_is_asked(tmp_path: Path) -> None:
    folder = tmp_path / "stacks" / "bootstrap"
    folder.mkdir(parents=True)
    text = (FOLDER / "Pulumi.dev.yaml").read_text().replace("guardduty: false", "guardduty: perhaps")
    (folder / "Pulumi.dev.yaml").write_text(text)
    with pytest.raises(
        UsageError, match=r"trainyard-bootstrap:guards.guardduty is 'perhaps'; .* Change it in stacks/boot"
    ):
        of({}, tmp_path).check()


def test_another_account_stops_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Bootstrap, "_caller", lambda self, region: "999999999999")
    with pytest.raises(UsageError, match=r"The caller is in account 999999999999, but environment 'dev' is in 1{12}"):
        of({}).check()


def test_an_environment_without_a_stack_file_is_named() -> None:
    with pytest.raises(UsageError, match=r"There is no environment 'test'; there are: dev, staging, prod"):
        of({}, environment="test").check()
