"""A job's document: created, changed and announced in one step, read without what is private to the cloud."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

from localcloud.cloud import Cloud
from localcloud.errors import InUseError, NotFoundError
from localcloud.sagemaker.service import Call
from localcloud.sagemaker.tags import set_tags
from localcloud.scope import Scope
from localcloud.store import Document

_changing = threading.Lock()


@dataclass(frozen=True, kw_only=True)
class JobKind:
    """What distinguishes processing from training where jobs are kept and announced."""

    kind: str
    """The store's kind, and the start of the document's keys, such as `TrainingJob`."""
    resource: str
    """The resource type in an ARN, such as `training-job`."""
    event: str
    """The detail type of its EventBridge events."""
    log_group: str

    def arn(self, scope: Scope, name: str) -> str:
        """Return the ARN of the job `name`."""
        return scope.arn("sagemaker", f"{self.resource}/{name}")

    def create(self, call: Call, document: Document) -> str:
        """Keep a new job and return its ARN.

        Raises:
            InUseError: the name is taken.
        """
        name = call.params[f"{self.kind}Name"]
        arn = self.arn(call.scope, name)
        if call.cloud.store.get(call.scope, self.kind, name) is not None:
            raise InUseError(
                "Job name must be unique within an AWS account and region, and a job with this name "
                f"already exists ({arn})"
            )
        now = call.cloud.clock.now()
        kept = {**document, f"{self.kind}Arn": arn, "CreationTime": now, "LastModifiedTime": now}
        call.cloud.store.put(call.scope, self.kind, name, kept)
        set_tags(call.cloud, call.scope, arn, call.params.get("Tags"))
        return arn

    def find(self, cloud: Cloud, scope: Scope, name: str) -> Document:
        """Return the job `name`.

        Raises:
            NotFoundError: there is none.
        """
        document = cloud.store.get(scope, self.kind, name)
        if document is None:
            raise NotFoundError(f"Requested resource not found: could not find {self.resource} {name}.")
        return document

    def change(self, cloud: Cloud, scope: Scope, name: str, decide: Callable[[Document], Document]) -> Document:
        """Set what `decide` answers for the job's present document, tell EventBridge, and return the whole.

        Nothing else can change a job meanwhile, so that a stop request and the job's own end cannot cross.
        """
        with _changing:
            changes = decide(self.find(cloud, scope, name))
            document = cloud.store.update(scope, self.kind, name, LastModifiedTime=cloud.clock.now(), **changes)
        cloud.bus.emit(
            scope,
            source="aws.sagemaker",
            detail_type=self.event,
            detail=public(document),
            resources=[document[f"{self.kind}Arn"]],
        )
        return document


def public(document: Document) -> Document:
    """Return the document without its private keys."""
    return {key: value for key, value in document.items() if not key.startswith("_")}
