"""Whose a thing is: by the tags that its maker gave it, and by naming rule where it has none. Pure.

Names alone would not do: `recommender-dev-2-…` begins like everything of `recommender-dev`, so a rule is the whole name
and not a beginning; and what carries the tags of another environment, or of another maker, is nobody's to sweep,
whatever it is called. The rules follow `trainyard.release.plan`, `trainyard.shadow.plan`, `trainyard.batch.plan`,
`trainyard.reproduction.begin` and `infra.naming`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from trainyard.sweep.thing import Thing

MAKERS = ("trainyard-release", "trainyard-pipeline", "trainyard-batch")
"""Values of the tag `managed-by` of what a release, a pipeline or a batch job makes."""

_DIGEST = "[0-9a-f]{10}"
_RULES = {
    "Pipeline": "{endpoint}(?:-again-{digest})?",
    "ModelPackage": "arn:[a-z-]+:sagemaker:[a-z0-9-]+:[0-9]{{12}}:model-package/{endpoint}/[0-9]+",
    "Endpoint": "{endpoint}-pre-{digest}",
    "EndpointConfig": "{endpoint}-(?:pre|shadow|baseline|[0-9]+)-{digest}",
    "Model": "{endpoint}-(?:shadow|baseline|(?:batch-)?[0-9]+)-{digest}",
    "Alarm": "{endpoint}-{digest}-(?:5xx|4xx|latency|golden)"
    "|TargetTracking-endpoint/{endpoint}(?:-pre-{digest})?/variant/.+",
    "LogGroup": "/aws/sagemaker/Endpoints/{endpoint}(?:-pre-{digest})?",
    "ScalableTarget": "endpoint/{endpoint}(?:-pre-{digest})?/variant/[^/]+",
}
"""The whole name of each kind; kinds without a rule are ours by their tags only."""

_RETAINED = re.compile(r".+-baseline-(?:config|model)-[0-9a-f]{7}")
"""Names that Pulumi gives to the day-0 endpoint config and model, which it retains on delete."""


@dataclass(frozen=True)
class Ownership:
    """An environment and the model services that its stack file lists."""

    environment: str
    services: Sequence[str]

    @property
    def endpoints(self) -> list[str]:
        """Names of the services' endpoints, pipelines and model package groups."""
        return [f"{service}-{self.environment}" for service in self.services]

    def owns(self, thing: Thing) -> bool:
        """Return whether a release, a pipeline, a batch job or AWS itself made the thing for this environment."""
        made_by = thing.tags.get("managed-by")
        environment = thing.tags.get("environment", thing.tags.get("trainyard-environment"))
        if environment not in (None, self.environment):
            return False
        if made_by == "pulumi":
            return environment is not None and self._is_retained(thing)
        if made_by in MAKERS and environment is not None:
            return True
        return made_by in (None, *MAKERS) and self._is_named(thing)

    def _is_retained(self, thing: Thing) -> bool:
        # SageMaker makes an endpoint's log group anew when it logs after Pulumi's deletion; the index may still hold
        # the tags of the one before.
        if thing.kind == "LogGroup":
            return self._is_named(thing)
        return thing.kind in ("EndpointConfig", "Model") and bool(_RETAINED.fullmatch(thing.name))

    def _is_named(self, thing: Thing) -> bool:
        rule = _RULES.get(thing.kind)
        return rule is not None and any(
            re.fullmatch(rule.format(endpoint=re.escape(endpoint), digest=_DIGEST), thing.name)
            for endpoint in self.endpoints
        )
