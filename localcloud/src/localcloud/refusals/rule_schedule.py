"""Schedules of EventBridge rules.

Source: EventBridge API reference, PutRule, and user guide, "Creating a rule that runs on a schedule" (which bus).
"""

from localcloud.aws_request import AwsRequest
from localcloud.errors import ValidationError
from localcloud.schedules import parse_schedule


def check_rule(request: AwsRequest) -> None:
    """Refuse a rule whose schedule cannot be read, or that is on another bus than the default one.

    Raises:
        ValidationError: in EventBridge's words.
    """
    expression, bus = request.parameters.get("ScheduleExpression"), request.parameters.get("EventBusName", "default")
    if not expression:
        return
    if str(bus).rsplit("/", 1)[-1] != "default":
        raise ValidationError("ScheduleExpression is supported only on the default event bus.")
    try:
        schedule = parse_schedule(str(expression), None)
    except ValidationError:
        schedule = None
    if schedule is None or schedule.moment is not None:
        raise ValidationError("Parameter ScheduleExpression is not valid.")
