"""Another floor for an endpoint's scaling at night. Owns two scheduled actions: the night's minimum, and the day's.

Each says its minimum again at every full hour that it covers, not only at its first: an hour that passes while a
release has taken the variant off autoscaling, or a minimum that somebody else has set, is made good within the next.
The maximum is never touched; it stays a plain property of the target.
"""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

HOURS = 24


@dataclass(frozen=True, kw_only=True)
class NightFloorArgs:
    """What a `NightFloor` needs."""

    timezone: str
    """IANA name; the hours follow its daylight saving."""
    begins_hour: int
    """0 to 23, the first full hour of the night."""
    ends_hour: int
    """0 to 23, the first full hour of the day."""
    night_minimum: int
    day_minimum: int

    def __post_init__(self) -> None:
        if self.begins_hour == self.ends_hour:
            raise ValueError(f"begins_hour and ends_hour are both {self.begins_hour}: there is no night.")


class NightFloor(pulumi.ComponentResource):
    """The minimum of a scalable target by the hour."""

    def __init__(
        self,
        name: str,
        args: NightFloorArgs,
        target: aws.appautoscaling.Target,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("trainyard:infra:NightFloor", name, None, opts)
        self._minimum(f"{name}-night", target, args, (args.begins_hour, args.ends_hour), args.night_minimum)
        self._minimum(f"{name}-day", target, args, (args.ends_hour, args.begins_hour), args.day_minimum)
        self.register_outputs({})

    def _minimum(
        self,
        name: str,
        target: aws.appautoscaling.Target,
        args: NightFloorArgs,
        between: tuple[int, int],
        minimum: int,
    ) -> None:
        aws.appautoscaling.ScheduledAction(
            name,
            service_namespace=target.service_namespace,
            resource_id=target.resource_id,
            scalable_dimension=target.scalable_dimension,
            schedule=every_hour(*between),
            timezone=args.timezone,
            scalable_target_action=aws.appautoscaling.ScheduledActionScalableTargetActionArgs(min_capacity=minimum),
            opts=pulumi.ResourceOptions(parent=self),
        )


def every_hour(begins: int, ends: int) -> str:
    """Return the schedule of every full hour from `begins` up to, but without, `ends`; it may pass midnight."""
    hours = [(begins + passed) % HOURS for passed in range((ends - begins) % HOURS)]
    return f"cron(0 {','.join(str(hour) for hour in sorted(hours))} * * ? *)"
