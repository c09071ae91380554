"""All dials of an environment: one typed tree, parsed from what its stack file says.

Pure: no Pulumi, no AWS. A docstring under each field says what it is for; ranges are AWS's unless it says otherwise.
"""

from stacks.settings.environment import Settings, parse
from stacks.settings.service import ServiceSettings
from stacks.settings.serving import ServingSettings
from stacks.settings_error import SettingsError

__all__ = ["ServiceSettings", "ServingSettings", "Settings", "SettingsError", "parse"]
