"""A cloud with a bucket and a role for an app, and MLflow's client that knows nothing but the app's ARN."""

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.client_environment import variables
from localcloud.home import Home
from localcloud.testing import CloudUnderTest

BUCKET = "runs-of-the-shop"
_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "sagemaker.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": "000000000001"},
                "ArnLike": {"aws:SourceArn": "arn:aws:sagemaker:eu-west-1:000000000001:*"},
            },
        }
    ],
}
START_SECONDS = 240.0


@dataclass(frozen=True)
class Shop:
    """An account that has what an app needs."""

    aws: CloudUnderTest
    role_arn: str

    @classmethod
    def prepared(cls, aws: CloudUnderTest) -> "Shop":
        """Make the bucket and the role."""
        location = {"LocationConstraint": aws.region}
        aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=location)
        role = aws.client("iam").create_role(RoleName="tracking", AssumeRolePolicyDocument=json.dumps(_TRUST))
        return cls(aws, role["Role"]["Arn"])

    @property
    def sagemaker(self) -> Any:
        return self.aws.client("sagemaker")

    def create(self, **more: Any) -> str:
        given = {"Name": "shop", "ArtifactStoreUri": f"s3://{BUCKET}/mlflow", "RoleArn": self.role_arn, **more}
        return self.sagemaker.create_mlflow_app(**given)["Arn"]

    def settled(self, arn: str) -> dict[str, Any]:
        """Ask until nothing is under way: the state is another process's, so there is no event to wait for."""
        deadline = time.monotonic() + START_SECONDS
        while (app := self.sagemaker.describe_mlflow_app(Arn=arn))["Status"] in ("Creating", "Updating"):
            assert time.monotonic() < deadline, app
            time.sleep(0.1)
        return app


def client(home: Path, aws: CloudUnderTest, program: str, *arguments: str, **more: str) -> str:
    """Run a program of MLflow's client as a user would, in a shell that `localcloud env` set up; return what it says.

    A process of its own: the plugin reads its settings from the environment, and keeps them.
    """
    told = variables(Home(home), aws.endpoint_url, aws.proxy_url, aws.scope)
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "MLFLOW_DISABLE_TELEMETRY": "true", **told, **more}
    done = subprocess.run(
        [sys.executable, "-c", program, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


LOG = """
import sys, pathlib, mlflow
mlflow.set_tracking_uri(sys.argv[1])
mlflow.set_experiment("shop")
with mlflow.start_run(run_name=sys.argv[2]) as run:
    mlflow.log_params({"depth": 6})
    mlflow.log_metric("map_at_10", 0.25)
    pathlib.Path("model.json").write_text("{}")
    mlflow.log_artifact("model.json")
print(run.info.artifact_uri)
"""

READ = """
import sys, mlflow
mlflow.set_tracking_uri(sys.argv[1])
found = mlflow.search_runs(experiment_names=["shop"], output_format="list")
print(sorted((run.info.run_name, run.data.params["depth"], run.data.metrics["map_at_10"]) for run in found))
"""
