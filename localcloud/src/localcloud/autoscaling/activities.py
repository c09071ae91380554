"""Scaling activities: what was tried, why, and how it ended; DescribeScalingActivities tells them.

Words: Application Auto Scaling user guide, "Scaling activities for Application Auto Scaling".
"""

import uuid
from datetime import timedelta

from localcloud.autoscaling.records import check_resource_given, key, page, wanted, where
from localcloud.autoscaling.service import operation
from localcloud.cloud import Cloud
from localcloud.sagemaker.service import Call
from localcloud.scope import Scope
from localcloud.store import Document

_KIND = "ScalingActivity"
_KEPT = timedelta(weeks=6)


@operation("DescribeScalingActivities")
def describe_scaling_activities(call: Call) -> Document:
    """Return the activities of the last six weeks, the newest first."""
    check_resource_given(call.params)
    since = call.cloud.clock.now() - _KEPT
    found = [
        activity
        for activity in call.cloud.store.find_all(call.scope, _KIND)
        if wanted(activity, call.params) and activity["StartTime"] > since
    ]
    found.sort(key=lambda activity: activity["StartTime"], reverse=True)
    return page(found, call.params, "ScalingActivities")


class Activity:
    """One activity of a variant, remembered under an id of its own."""

    def __init__(self, cloud: Cloud, scope: Scope, resource_id: str, activity_id: str) -> None:
        self._cloud = cloud
        self._scope = scope
        self._name = key(resource_id, activity_id)
        self.id = activity_id

    @classmethod
    def begin(cls, cloud: Cloud, scope: Scope, resource_id: str, *, description: str, cause: str) -> "Activity":
        """Remember an activity that begins now, and forget those that are too old to be told."""
        _forget(cloud)
        activity = cls(cloud, scope, resource_id, str(uuid.uuid4()))
        body: Document = {
            "ActivityId": activity.id,
            **where(resource_id),
            "Description": description,
            "Cause": cause,
            "StartTime": cloud.clock.now(),
            "StatusCode": "InProgress",
        }
        cloud.store.put(scope, _KIND, activity._name, body)
        return activity

    def goes_on(self, message: str) -> None:
        """Say how far it is."""
        self._cloud.store.update(self._scope, _KIND, self._name, StatusMessage=message)

    def end(self, code: str, message: str) -> None:
        """End it as `Successful` or `Failed`."""
        self._cloud.store.update(
            self._scope,
            _KIND,
            self._name,
            StatusCode=code,
            StatusMessage=message,
            EndTime=self._cloud.clock.now(),
        )


def _forget(cloud: Cloud) -> None:
    since = cloud.clock.now() - _KEPT
    for scope, name, activity in cloud.store.scan(_KIND):
        if activity["StartTime"] <= since:
            cloud.store.delete(scope, _KIND, name)
