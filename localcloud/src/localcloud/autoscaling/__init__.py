"""Application Auto Scaling of SageMaker's variants, executed: what is declared, what is decided, what is done."""

from localcloud.autoscaling import activities, policies, scheduled_actions, tags, targets
from localcloud.autoscaling.scaler import Scaler
from localcloud.autoscaling.service import dispatch, serves

__all__ = ["Scaler", "activities", "dispatch", "policies", "scheduled_actions", "serves", "tags", "targets"]
