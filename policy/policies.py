"""One policy for each rule, and one for the stack file that they go by; all of them stop an update.

Each judges the whole stack: what is unsafe is mostly something that is missing beside a resource. The engine hands over
what resources will have become, so a second run sees what AWS filled in as well.
"""

from collections.abc import Callable

from pulumi_policy import Policy, ReportViolation, StackValidationArgs, StackValidationPolicy

from policy.registered import resources, stack
from policy.stack_file import context
from stacks.rules import RULES, Rule, judge
from stacks.settings import SettingsError

STACK_FILE = "stack-file"
Validate = Callable[[StackValidationArgs, ReportViolation], None]


def policies() -> list[Policy]:
    """Return the policies of the pack."""
    readable = StackValidationPolicy(STACK_FILE, "The stack file says what the rules go by.", _read)
    return [readable, *(StackValidationPolicy(rule.name, rule.description, _judged_by(rule)) for rule in RULES)]


def _read(args: StackValidationArgs, report: ReportViolation) -> None:
    try:
        context(stack(args.resources))
    except SettingsError as error:
        report(str(error), None)


def _judged_by(rule: Rule) -> Validate:
    def validate(args: StackValidationArgs, report: ReportViolation) -> None:
        try:
            judged_for = context(stack(args.resources))
        except SettingsError:
            args.not_applicable(f"{STACK_FILE} says why it cannot be judged.")
        else:
            for violation in judge([rule], resources(args.resources), judged_for).violations:
                report(f"{violation.what} {violation.cure}", violation.urn)

    return validate
