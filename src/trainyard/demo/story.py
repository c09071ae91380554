"""The story, chapter by chapter; each adds its facts to the ledger."""

import json
import os
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from trainyard import aws
from trainyard.demo.command import Commands
from trainyard.demo.leave import begin_anew
from trainyard.demo.orders import find
from trainyard.demo.records import Records
from trainyard.demo.shell import Shell
from trainyard.demo.shop import frequent_customers, open_shop
from trainyard.demo.traffic import Traffic
from trainyard.engine import obtain
from trainyard.local import command as localcloud
from trainyard.local.target import variables
from trainyard.local.workspace import Workspace

SERVICE = "recommender"
STACK = "dev"
SPEED = 20
"""AWS's waits are divided by this, so that a two-minute baking takes six seconds."""

# Measured on the real orders: a handful of features and few trees beat personal frequency; another seed changes nothing
# that counts; all features are four percent better. Fewer trees than the defaults: nobody wants to watch them grow.
FIRST = ("--set", "features=core", "--set", "n_estimators=100", "--set", "learning_rate=0.06")
SECOND = (*FIRST, "--set", "seed=1")
THIRD = ("--set", "n_estimators=150", "--set", "learning_rate=0.04")


@dataclass
class Story:
    """What the chapters share: the console, the checkout, and the facts found so far."""

    console: Console
    project: Path
    facts: dict[str, Any] = field(default_factory=dict[str, Any])

    def __post_init__(self) -> None:
        self.workspace = Workspace(self.project)
        self.started = time.monotonic()
        self.git_before = git_status(self.project)

    def tell(self, data: Path | None) -> None:
        """Run the whole story."""
        self._open()
        folder = self.workspace.root / "orders"
        shop = open_shop(find(data, folder, self._say), folder / "shop.duckdb")
        self._environment()
        customers = frequent_customers(shop)
        with ThreadPoolExecutor(max_workers=1) as beside:
            preview = beside.submit(self._second_preview)
            self._deploy(shop)
            preview.result()
        endpoint = self.commands.ask("status")["services"][SERVICE]["endpoint"]
        with Traffic(aws.runtime_without_retries(self.region), endpoint, customers) as traffic:
            self._first()
            self._predictions(endpoint, customers[:5])
            self._second()
            self._third()
        self.facts["failed_requests"] = traffic.tally.failed
        tally = traffic.tally
        self._say(f"{tally.sent} requests in all, {tally.failed} failed; answered by {dict(tally.versions)}")
        self.facts["total_seconds"] = round(time.monotonic() - self.started, 1)
        self.facts["git_status_clean"] = git_status(self.project) == self.git_before

    def _say(self, line: str) -> None:
        self.console.print(line, highlight=False, markup=False)

    def _chapter(self, title: str) -> None:
        self.console.rule(f"[bold]{title}[/]  [dim]{time.monotonic() - self.started:.0f} s[/]", align="left")

    def _open(self) -> None:
        self._chapter("A cloud on this machine")
        begin_anew(self.workspace, self._say)
        engine = obtain(self._say)
        if localcloud.call(self.workspace.cloud, ["start", "--speed", str(SPEED)]) != 0:
            raise SystemExit(1)
        target = variables(self.workspace, STACK, engine, os.environ)
        os.environ.update(target)
        self.region = target["AWS_REGION"]
        self.commands = Commands(self.console, dict(os.environ), self.project)

    def _environment(self) -> None:
        self._chapter("The environment comes up")
        started = time.monotonic()
        self.commands.trainyard("up", "--yes")
        self.facts["up_seconds"] = round(time.monotonic() - started, 1)
        resources = self.commands.pulumi("stack", "export", "--stack", STACK)["deployment"]["resources"]
        self.facts["resources"] = sum(1 for resource in resources if resource.get("custom"))

    def _second_preview(self) -> None:
        preview = self.commands.pulumi("preview", "--stack", STACK, "--refresh", "--json")
        changes = {kind: count for kind, count in preview["changeSummary"].items() if kind not in ("same", "refresh")}
        self.facts["second_preview_changes"] = sum(changes.values())
        self._say(f"The second preview, with everything read back first, finds {changes or 'nothing'} to change.")

    def _deploy(self, shop: Path) -> None:
        self._chapter("Code and data are brought in, while a second preview looks for changes")
        self.commands.trainyard("image", "push", SERVICE)
        self.commands.trainyard("pipeline", "deploy", SERVICE)
        self.commands.trainyard("data", "import", SERVICE, str(shop))

    def _first(self) -> None:
        self._chapter("A first model is trained, judged, approved and released while customers ask")
        self.commands.trainyard("pipeline", "run", SERVICE, "--latest", *FIRST)
        run = self.commands.last_run(SERVICE)
        self.facts["map_first"] = run["gate"]["challenger_map_at_10"]
        self.facts["map_personal_frequency"] = run["gate"]["reference_map_at_10"]
        self.facts["training_rows"] = self._training_rows()
        code = self._approve_and_release(run["version"])
        live = self.commands.ask("status")["services"][SERVICE]["live_version"]
        self.facts["first_released"] = code == 0 and str(live) == str(run["version"])

    def _predictions(self, endpoint: str, customers: list[int]) -> None:
        self._chapter("What five customers are offered")
        runtime = aws.runtime_without_retries(self.region)
        body = json.dumps({"customers": customers, "explain": True})
        answer = runtime.invoke_endpoint(EndpointName=endpoint, ContentType="application/json", Body=body)
        content = json.loads(answer["Body"].read())
        table = Table(
            "customer", "source", "first three of ten products", "the first mostly because", box=None, pad_edge=False
        )
        for row in content["recommendations"]:
            names = [product["name"].strip().title() for product in row["products"][:3]]
            why = [f"{one['feature']} is {one['value']:g}" for one in row["products"][0]["because"][:1]]
            table.add_row(str(row["customer_id"]), row["source"], " · ".join(names), *why)
        self.console.print(table)
        self._say(f"answered by model version {content['model_version']}, inference {content['inference_id']}")
        self.facts["predictions_shown"] = sum(
            1 for row in content["recommendations"] if row["source"] == "personal" and len(row["products"]) == 10
        )

    def _second(self) -> None:
        self._chapter("A second model, no better than the first, is turned away")
        code = self.commands.trainyard("pipeline", "run", SERVICE, "--latest", *SECOND, expect=(0, 3))
        self.facts["second_rejected"] = code == 3

    def _third(self) -> None:
        self._chapter("A third is better, but its serving image turns slow under live traffic")
        image = self._slow_image()
        self.commands.trainyard("pipeline", "run", SERVICE, "--latest", "--serving-image", image, *THIRD)
        with ThreadPoolExecutor(max_workers=1) as beside:
            looked_up = beside.submit(self._look_up)
            code = self._approve_and_release(self.commands.last_run(SERVICE)["version"])
            self.facts |= looked_up.result()
        self.commands.trainyard("model", "show", SERVICE, "1")
        self.facts["third_rolled_back"] = code == 4
        self.facts["third_alarm"] = self.commands.ask("release", "list", SERVICE)[0]["alarm"]

    def _slow_image(self) -> str:
        """Push a serving image that slows down, and return its digest's address."""
        faults = Path(__file__).parent / "faults" / "slow_serving"
        pushed = self.commands.ask(
            "image",
            "push",
            SERVICE,
            "--tag",
            "slow",
            "--extra",
            str(faults),
            "--entrypoint",
            '["python","-m","slow_serving"]',
        )
        return str(pushed["images"][0]["image"])

    def _look_up(self) -> dict[str, Any]:
        """Make the first version again, write pages and keep a version of the data; return the facts."""
        shell = Shell(STACK, self.commands.environ, self.project, self._say)
        records = Records(shell, SERVICE, self.project / "build" / "demo", self.workspace.root / "versions")
        again = records.make_again(1)
        records.write_pages(1)
        return {"reproduced": again, "data_versions": records.keep_data()}

    def _training_rows(self) -> int | None:
        """Return how many rows the newest training job says that it learned from."""
        sagemaker = aws.client("sagemaker", self.region)
        newest = sagemaker.list_training_jobs(SortBy="CreationTime", SortOrder="Descending", MaxResults=1)
        name = newest["TrainingJobSummaries"][0]["TrainingJobName"]
        metrics = sagemaker.describe_training_job(TrainingJobName=name).get("FinalMetricDataList", [])
        return next((int(metric["Value"]) for metric in metrics if metric["MetricName"] == "training_rows"), None)

    def _approve_and_release(self, version: int) -> int:
        number = str(version)
        self.commands.trainyard("model", "approve", SERVICE, number, "--by", "demo", "--reason", "the gate passed it")
        return self.commands.trainyard("release", "start", SERVICE, "--model-version", number, expect=(0, 1, 4))


def git_status(project: Path) -> str:
    """Return what git says of the checkout, or an empty text where it is none."""
    answer = subprocess.run(["git", "status", "--porcelain"], cwd=project, capture_output=True, text=True, check=False)
    return answer.stdout
