"""The program that Pulumi runs: settings -> compose -> export."""

import json

import pulumi

from infra.naming import NameRefused
from stacks.caller import CallerRefused, provider
from stacks.compose import compose
from stacks.settings import SettingsError
from stacks.stack_file import read_settings


def run() -> None:
    """Declare the selected stack's environment.

    Raises:
        pulumi.RunError: the stack file, or who is calling, is wrong; Pulumi prints it without a traceback.
    """
    environment = pulumi.get_stack()
    try:
        settings = read_settings()
        published = compose(settings, environment, provider(settings, environment))
    except (SettingsError, CallerRefused, NameRefused) as error:
        raise pulumi.RunError(str(error)) from None
    pulumi.export("platform", published.platform.apply(json.loads))
    pulumi.export("services", {name: document.apply(json.loads) for name, document in published.services.items()})
