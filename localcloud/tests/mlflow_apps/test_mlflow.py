"""MLflow itself: its client, told nothing but an app's ARN, and a real server behind that."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from localcloud.sagemaker.mlflow_apps.server import ServerSpec, arguments, environment
from localcloud.testing import running_cloud

from .world import BUCKET, LOG, READ, Shop, client


@pytest.mark.timeout(600)
def test_runs_are_told_to_an_app_by_its_arn_and_survive_a_restart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    home = tmp_path / "cloud"
    with running_cloud(home) as aws:
        shop = Shop.prepared(aws)
        arn = shop.create()
        assert shop.settled(arn)["Status"] == "Created"
        assert f"s3://{BUCKET}/mlflow/" in client(home, aws, LOG, arn, "first")
        keys = [found["Key"] for found in aws.client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]]
        assert [key.rpartition("/artifacts/")[2] for key in keys] == ["model.json"]
    with running_cloud(home) as aws:
        assert client(home, aws, READ, arn) == "[('first', '6', 0.25)]"
        by_its_real_host = {"SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT": ""}
        assert client(home, aws, READ, arn, **by_its_real_host) == "[('first', '6', 0.25)]"


def test_a_server_is_told_where_artifacts_go_and_nothing_of_the_clouds_own_environment(tmp_path: Path) -> None:
    told = {"AWS_ACCESS_KEY_ID": "of-the-role"}
    spec = ServerSpec(python="/env/bin/python", folder=tmp_path, artifact_store_uri="s3://b/p", environment=told)
    assert list(arguments(spec, 5000)) == [
        *("--host", "127.0.0.1", "--port", "5000", "--workers", "1"),
        *("--backend-store-uri", f"sqlite:///{tmp_path}/runs.db"),
        *("--default-artifact-root", "s3://b/p", "--no-serve-artifacts"),
    ]
    assert environment(spec)["AWS_ACCESS_KEY_ID"] == "of-the-role"
    assert environment(spec)["PATH"].startswith("/env/bin:")
    assert "LOCALCLOUD_HOME" not in environment(spec)


_CLOUD = """
import sys, time
from pathlib import Path
from localcloud.sagemaker.mlflow_apps.server import Server, ServerSpec

folder = Path(sys.argv[1])
told = {"PYTHONPATH": str(folder), "NOTE": str(folder / "pid")}
Server(ServerSpec(python=sys.executable, folder=folder, artifact_store_uri="s3://b/p", environment=told))
time.sleep(600)
"""
_MLFLOW = "import os, pathlib, time; pathlib.Path(os.environ['NOTE']).write_text(str(os.getpid())); time.sleep(600)"


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the daemon's stop ends its children")
def test_a_server_dies_with_a_cloud_that_is_killed(tmp_path: Path) -> None:
    (tmp_path / "mlflow").mkdir()
    (tmp_path / "mlflow" / "__init__.py").touch()
    (tmp_path / "mlflow" / "__main__.py").write_text(_MLFLOW)
    cloud = subprocess.Popen([sys.executable, "-c", _CLOUD, str(tmp_path)])
    note, deadline = tmp_path / "pid", time.monotonic() + 30
    while not note.exists() or not note.read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    server = psutil.Process(int(note.read_text()))
    os.kill(cloud.pid, signal.SIGKILL)
    cloud.wait()
    psutil.wait_procs([server], timeout=30)
    assert not server.is_running()
