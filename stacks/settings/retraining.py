"""What starts a training run when nobody does."""

import re

from pydantic import Field, field_validator

from stacks.settings.dials import Dials

_RATE = re.compile(r"rate\((?:1 (?:hour|day)|(?!1 )[1-9]\d* (?:hours|days))\)")
_CRON = re.compile(r"cron\((?:[^\s()]+ ){5}[^\s()]+\)")


class ScheduleSettings(Dials):
    """A look for newer orders at set times."""

    enabled: bool
    """Whether there is one."""
    expression: str = Field(min_length=1)
    """When, as EventBridge writes it and in UTC: cron(0 3 * * ? *) is daily at three, rate(12 hours) twice a day. A
    look that finds no newer orders starts nothing."""

    @field_validator("expression")
    @classmethod
    def _known(cls, expression: str) -> str:
        if _RATE.fullmatch(expression):
            return expression
        if not _CRON.fullmatch(expression):
            raise ValueError("rate(1 day), rate(12 hours) or six fields such as cron(0 3 * * ? *) are allowed")
        fields = expression.removeprefix("cron(").removesuffix(")").split()
        if (fields[2] == "?") == (fields[4] == "?"):
            raise ValueError("one of a cron's day-of-month and day-of-week, and only one, must be ?")
        return expression


class NewDataSettings(Dials):
    """A look as soon as orders have arrived."""

    enabled: bool
    """Whether the raw bucket tells of new orders; a look also follows each run's end, for what came meanwhile."""


class RetrainingSettings(Dials):
    """What starts a run when nobody does.

    It repeats, on the newest orders and once for them, the last run that registered a model: the same images and dials.
    The first run of a service is always a person's.
    """

    schedule: ScheduleSettings
    new_data: NewDataSettings

    @property
    def enabled(self) -> bool:
        """Whether anything does."""
        return self.schedule.enabled or self.new_data.enabled
