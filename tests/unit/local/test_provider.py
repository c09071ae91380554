from importlib import metadata
from pathlib import Path

import pytest

from trainyard.engine import Engine
from trainyard.errors import UsageError
from trainyard.local import target
from trainyard.local.provider import choose, settings, share_plugins, user_home
from trainyard.local.workspace import Workspace

PLUGIN = f"resource-aws-v{metadata.version('pulumi-aws')}"


def test_ours_is_found_on_path_and_nothing_is_downloaded():
    assert settings("ours", "http://127.0.0.1:4000") == {
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "false",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "true",
        "AWS_ENDPOINT_URL_S3_CONTROL": "http://127.0.0.1:4000",
        "TRAINYARD_PROVIDER": "ours",
    }


def test_the_official_provider_may_be_downloaded_and_ours_on_path_is_passed_over():
    assert settings("official", "http://127.0.0.1:4000") == {
        "PULUMI_IGNORE_AMBIENT_PLUGINS": "true",
        "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION": "false",
        "AWS_ENDPOINT_URL_S3_CONTROL": "http://localhost:4000",
        "TRAINYARD_PROVIDER": "official",
    }


def test_a_shell_can_change_from_one_to_the_other():
    assert settings("ours", "http://127.0.0.1:1").keys() == settings("official", "http://127.0.0.1:1").keys()


def test_auto_takes_the_official_one_only_where_the_sdk_s_version_is_whole(tmp_path: Path):
    assert choose("auto", [tmp_path]) == "ours"
    (tmp_path / "plugins" / "resource-aws-v1.0.0").mkdir(parents=True)
    assert choose("auto", [tmp_path]) == "ours"
    (tmp_path / "plugins" / PLUGIN).mkdir()
    assert choose("auto", [Path("nowhere"), tmp_path]) == "official"
    (tmp_path / "plugins" / f"{PLUGIN}.partial").touch()
    assert choose("auto", [tmp_path]) == "ours"


def test_an_unknown_provider_is_refused_with_those_there_are():
    with pytest.raises(UsageError, match=r"no provider 'theirs'; there are: ours, official, auto"):
        choose("theirs", [])


def test_plugins_are_shared_with_the_user_s_engine(tmp_path: Path):
    user, own = tmp_path / "user", tmp_path / "own"
    share_plugins(user, own)
    (own / "plugins" / PLUGIN).mkdir()
    assert (user / "plugins" / PLUGIN).is_dir()
    share_plugins(user, own)


def test_plugins_that_the_local_target_has_already_stay(tmp_path: Path):
    (tmp_path / "own" / "plugins" / PLUGIN).mkdir(parents=True)
    share_plugins(tmp_path / "user", tmp_path / "own")
    assert not (tmp_path / "own" / "plugins").is_symlink()


def test_the_user_s_engine_is_found_from_a_shell_that_speaks_to_the_local_cloud(tmp_path: Path):
    home = {"HOME": str(tmp_path)}
    assert user_home({**home, "PULUMI_HOME": str(tmp_path / "own")}, tmp_path / "own") == tmp_path / ".pulumi"
    assert user_home({**home, "PULUMI_HOME": str(tmp_path / "mine")}, tmp_path / "own") == tmp_path / "mine"


@pytest.mark.parametrize(("chosen", "shared"), [("", False), ("ours", False), ("official", True)])
def test_the_target_s_variables_follow_the_choice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, chosen: str, shared: bool
):
    (tmp_path / "Pulumi.yaml").write_text("name: trainyard\n")
    (tmp_path / "Pulumi.dev.yaml").write_text('config:\n  trainyard:account: "111111111111"\n')
    monkeypatch.setattr(target, "ask", lambda home, arguments: {"AWS_ENDPOINT_URL": "http://127.0.0.1:4000"})
    workspace = Workspace(tmp_path)
    environ = {"PATH": "/bin", "HOME": str(tmp_path), "TRAINYARD_PROVIDER": chosen}
    found = target.variables(workspace, "dev", Engine(tmp_path / "bin" / "pulumi", "v3", "path"), environ)
    assert found["TRAINYARD_PROVIDER"] == (chosen or "ours")
    assert found["PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION"] == ("false" if shared else "true")
    assert (workspace.engine_home / "plugins").is_symlink() is shared
