"""What a DAG is made of: a JSON file beside it, so that parsing it asks AWS nothing. Pure."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from pipelines.graph import GraphStep, graph
from stacks.outputs import PlatformOutputs, ServiceOutputs

FILE = "trainyard.json"


@dataclass(frozen=True, kw_only=True)
class Pace:
    """When runs begin, and how patient they are."""

    schedule: str = "@daily"
    """Cron or preset, in UTC; a run learns from the orders of the days before its own."""
    retries: int = 2
    """Of each task; a task that follows a failed step has SageMaker run that step again."""
    retry_delay_seconds: float = 300
    poll_seconds: float = 60
    """Between two looks at a step; no worker is held meanwhile."""


@dataclass(frozen=True, kw_only=True)
class DagDescription:
    """One service's training in one environment."""

    environment: str
    region: str
    service: str
    owners: tuple[str, ...]
    steps: tuple[GraphStep, ...]
    pace: Pace

    @property
    def dag_id(self) -> str:
        """Return the name that people see."""
        return f"train-{self.service}-{self.environment}"


def describe(definition: str, platform: PlatformOutputs, service: ServiceOutputs, pace: Pace) -> DagDescription:
    """Return the description of the DAG that follows a pipeline with this definition."""
    return DagDescription(
        environment=platform.environment,
        region=platform.region,
        service=service.name,
        owners=tuple(service.owners),
        steps=tuple(graph(definition)),
        pace=pace,
    )


def written(descriptions: list[DagDescription]) -> str:
    """Return the content of the JSON file."""
    return _FILE.dump_json(descriptions, indent=2).decode() + "\n"


def read(file: Path) -> list[DagDescription]:
    """Return what `written` made; nothing where there is no such file."""
    return _FILE.validate_json(file.read_bytes()) if file.is_file() else []


_FILE = TypeAdapter(list[DagDescription])
