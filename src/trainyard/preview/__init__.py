"""A preview as a report: what would change, what is lost, which rules break, what it costs a month.

plan = read_plan(document)                       # pure, from `pulumi preview --json --show-sames`
told = report(plan, findings, cost, "dev", 13)   # everything is decided here
render(told, Format.MARKDOWN)                    # nothing is decided there
"""

from trainyard.preview.plan import Change, Operation, Plan
from trainyard.preview.reading import read_plan
from trainyard.preview.rendering import Format, render
from trainyard.preview.report import Report, report

__all__ = ["Change", "Format", "Operation", "Plan", "Report", "read_plan", "render", "report"]
