"""GetResources of the tagging API, over what this project serves too: SageMaker, Lambda, and EventBridge's rules.

moto's tagging API asks moto's own backends; SageMaker's executed resources and functions are in the cloud's store
instead, and rules are left out of what its EventBridge offers.
"""

from collections.abc import Iterator
from typing import Any

from moto.core.resource_tagging import TaggedResource, make_tag_matcher, match_resource_type
from moto.events.models import events_backends
from moto.resourcegroupstaggingapi.models import ResourceGroupsTaggingAPIBackend

from localcloud.functions.records import FUNCTION
from localcloud.sagemaker.tags import all_tags
from localcloud.scope import Scope
from localcloud.store import Store

_attached: list[Store] = []
_of_moto = ResourceGroupsTaggingAPIBackend._get_resources_generator  # type: ignore[reportPrivateUsage]


def attach(store: Store) -> None:
    """Let the tagging API see what `store` holds from now on."""
    _attached[:] = [store]


def detach() -> None:
    """Leave the tagging API with moto's resources."""
    _attached.clear()


def _resources(
    self: Any,
    tag_filters: list[dict[str, Any]] | None = None,
    resource_type_filters: list[str] | None = None,
    resource_arn_list: list[str] | None = None,
) -> Iterator[TaggedResource]:
    yield from _of_moto(self, tag_filters, resource_type_filters, resource_arn_list)
    matches = make_tag_matcher(tag_filters)
    for resource in (*_of_sagemaker(self), *_functions(self), *_rules(self)):
        wanted = not resource_arn_list or resource.arn in resource_arn_list
        if wanted and match_resource_type(resource.resource_type, resource_type_filters) and matches(resource.tags):
            yield resource


def _of_sagemaker(backend: Any) -> Iterator[TaggedResource]:
    if not _attached:
        return
    for arn, tags in all_tags(_attached[0], Scope(backend.account_id, backend.region_name)):
        kind = arn.split(":", 5)[5].split("/", 1)[0]
        yield TaggedResource(arn=arn, tags=tags, resource_type=f"sagemaker:{kind}")


def _functions(backend: Any) -> Iterator[TaggedResource]:
    scope = Scope(backend.account_id, backend.region_name)
    for document in _attached[0].find_all(scope, FUNCTION) if _attached else ():
        if document["_Tags"]:
            yield TaggedResource(arn=document["FunctionArn"], tags=document["_Tags"], resource_type="lambda:function")


def _rules(backend: Any) -> Iterator[TaggedResource]:
    if backend.account_id not in events_backends:
        return
    events: Any = events_backends[backend.account_id][backend.region_name]
    for bus in events.event_buses.values():
        for rule in bus.rules.values():
            if tags := events.tagger.get_tag_dict_for_resource(rule.arn):
                yield TaggedResource(arn=rule.arn, tags=tags, resource_type="events:rule")


ResourceGroupsTaggingAPIBackend._get_resources_generator = _resources  # type: ignore[method-assign,reportPrivateUsage]
