"""Takes away what releases, pipelines, jobs and AWS itself made in an environment and Pulumi does not own."""

from trainyard.sweep.deleting import delete, is_missing, settle
from trainyard.sweep.executions import stop_all
from trainyard.sweep.finding import packages, running_jobs, survey, tagged
from trainyard.sweep.ownership import Ownership
from trainyard.sweep.plan import AFTER, BEFORE, Sweep, plan
from trainyard.sweep.thing import Client, Thing

__all__ = [
    "AFTER",
    "BEFORE",
    "Client",
    "Ownership",
    "Sweep",
    "Thing",
    "delete",
    "is_missing",
    "packages",
    "plan",
    "running_jobs",
    "settle",
    "stop_all",
    "survey",
    "tagged",
]
