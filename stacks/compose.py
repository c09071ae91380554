"""How an environment is made of components: read from top to bottom, it is the architecture."""

import pulumi
import pulumi_aws as aws

from infra import naming
from infra.parameters import Parameters, ParametersArgs
from stacks import access, baseline_image, functions, publish, serving, sources, stores, tracking
from stacks.settings import Settings


def compose(settings: Settings, environment: str, provider: aws.Provider) -> publish.Published:
    """Declare the environment and return what it tells everyone else.

    Args:
        settings: the dials.
        environment: part of the names that people type.
        provider: AWS, in the account and region of the settings.

    Raises:
        NameRefused: a service's or the environment's name makes a name that AWS does not take.
    """
    opts = pulumi.ResourceOptions(provider=provider)
    image = baseline_image.find(settings.region, provider)
    kept = stores.declare(settings, environment, opts)
    roles = access.roles(settings, environment, kept, image, opts)
    network = access.network(settings, environment, opts)
    sources.databases(settings, kept.key, network, opts)
    tracked = tracking.place(settings, kept, roles, opts)
    endpoints = {
        service.name: serving.endpoint(
            service,
            settings,
            naming.per_service(service.name, environment),
            stores=kept,
            roles=roles,
            network=network,
            image=image,
            opts=opts,
        )
        for service in settings.services
    }
    serving.dashboard(settings, environment, endpoints, opts)
    approval = functions.approval(settings, environment, kept, roles, opts)
    functions.release(settings, environment, kept, roles, opts)
    functions.retraining(settings, environment, kept, roles, opts)
    published = publish.Published(
        platform=publish.platform(
            settings,
            environment,
            stores=kept,
            roles=roles,
            network=network,
            approval=approval,
            tracking_uri=tracked,
        ),
        services={
            service.name: publish.service(service, environment, kept, endpoints[service.name])
            for service in settings.services
        },
    )
    Parameters("outputs", ParametersArgs(documents=published.parameters(environment)), opts)
    return published
