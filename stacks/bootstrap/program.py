"""The program that Pulumi runs once per account: settings -> compose -> export."""

import json

import pulumi

from stacks.bootstrap.compose import compose
from stacks.bootstrap.outputs import PROJECT
from stacks.bootstrap.settings import SettingsError, parse
from stacks.caller import CallerRefused, provider
from stacks.stack_file import file_name, read_mapping


def run() -> None:
    """Declare what the selected stack's account needs.

    Raises:
        pulumi.RunError: the stack file, or who is calling, is wrong; Pulumi prints it without a traceback.
    """
    environment = pulumi.get_stack()
    try:
        settings = parse(read_mapping(PROJECT), file_name())
        published = compose(settings, environment, provider(settings, environment, PROJECT))
    except (SettingsError, CallerRefused) as error:
        raise pulumi.RunError(str(error)) from None
    pulumi.export("account", published.apply(json.loads))
