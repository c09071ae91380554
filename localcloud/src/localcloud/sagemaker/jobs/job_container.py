"""From a job's document to the container that runs it, alike for processing and training."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from localcloud.cloud import Cloud
from localcloud.sagemaker.jobs.container import container_command, container_environment
from localcloud.sagemaker.jobs.container_run import ContainerRun
from localcloud.sagemaker.jobs.documents import JobKind
from localcloud.sagemaker.jobs.log_shipping import LogStream
from localcloud.sagemaker.jobs.workspace import Workspace
from localcloud.scope import Scope
from localcloud.store import Document


def job_container(
    cloud: Cloud,
    scope: Scope,
    kind: JobKind,
    document: Document,
    workspace: Workspace,
    *,
    image_uri: str,
    program: Document,
    default_arguments: Sequence[str] = (),
    on_line: Callable[[str], None] = lambda _: None,
    host: str = "algo-1",
    hosts_file: Path | None = None,
) -> ContainerRun:
    """Resolve a job's image, open its log stream, and return its container, ready to be run.

    Args:
        cloud: the cloud that runs it.
        scope: the job's account and region.
        kind: processing or training.
        document: the job.
        workspace: the job's folders.
        image_uri: the container's image.
        program: the part of the document that may hold ContainerEntrypoint and ContainerArguments.
        default_arguments: what the image's own entrypoint is given when the job names no arguments.
        on_line: sees each line of the output.
        host: which of the job's hosts it is; `workspace` is that host's.
        hosts_file: takes the place of /etc/hosts, where there are several.
    """
    image = cloud.images.resolve(scope, image_uri)
    name = document[f"{kind.kind}Name"]
    stream = LogStream(
        client=cloud.client("logs", scope), group=kind.log_group, name=f"{name}/{host}-{int(time.time())}"
    )
    stream.create()
    variable = kind.resource.replace("-", "_").upper()
    own = {
        f"{variable}_NAME": name,
        f"{variable}_ARN": document[f"{kind.kind}Arn"],
        **document.get("Environment", {}),
    }
    return ContainerRun(
        argv=container_command(
            image,
            entrypoint=program.get("ContainerEntrypoint"),
            arguments=program.get("ContainerArguments"),
            default=default_arguments,
        ),
        env=container_environment(image, scope, cloud.endpoint_url, home=workspace.home, own=own),
        cwd=image.root,
        opt_ml=workspace.opt_ml,
        hosts_file=hosts_file,
        max_runtime_seconds=document["StoppingCondition"]["MaxRuntimeInSeconds"],
        stream=stream,
        log_file=workspace.log,
        on_line=on_line,
    )
