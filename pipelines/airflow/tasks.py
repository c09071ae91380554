"""The two kinds of tasks that a training DAG has. Runs in Airflow's environment."""

# pyright: reportMissingImports=false, reportUntypedBaseClass=false, reportUntypedFunctionDecorator=false

from datetime import datetime, timedelta
from typing import Any

import boto3
from airflow.providers.standard.triggers.temporal import TimeDeltaTrigger
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from pipelines.airflow.fetching import fetch
from pipelines.airflow.following import Verdict, judge
from pipelines.errors import RunRefused
from pipelines.execution import observe
from pipelines.retraining import Wish


class FetchData(BaseOperator):
    """Starts the run; its result is the execution's ARN. Skipped where there is nothing new."""

    def __init__(self, *, environment: str, service: str, region: str, **more: Any) -> None:
        super().__init__(**more)
        self.environment, self.service, self.region = environment, service, region

    def execute(self, context: Any) -> str:
        """Start the run of this DAG run's day, the same one again where this is a retry."""
        run = context["dag_run"]
        wish = Wish(
            before=day_of(run).date(), asked_by=f"airflow {run.run_id}", again=bool(context["params"].get("again"))
        )
        try:
            found = fetch(self.environment, self.service, self.region, wish)
        except RunRefused as refusal:
            raise AirflowFailException(f"{refusal.what}. {refusal.cure}.") from refusal
        self.log.info("%s", found.said)
        if found.waits:
            raise AirflowException(found.said)
        if not found.run:
            raise AirflowSkipException(found.said)
        return found.execution_arn


class FollowStep(BaseOperator):
    """Follows one step of the execution without holding a worker; a retry has SageMaker run the step again."""

    template_fields = ("execution",)

    def __init__(self, *, step: str, execution: Any, region: str, poll_seconds: float, **more: Any) -> None:
        super().__init__(**more)
        self.step, self.execution, self.region, self.poll_seconds = step, execution, region, poll_seconds

    def execute(self, context: Any) -> str | None:
        """Have the step run again if this is another attempt at it, and look."""
        if context["ti"].try_number > 1 and self._again():
            self._later()
        return self.look(context)

    def look(self, context: Any, event: Any = None) -> str | None:
        """Return the ARN of what the step made once it has, or come back later."""
        verdict, why = judge(observe(self.execution, self._sagemaker()), self.step)
        if verdict is Verdict.WAIT:
            self._later()
        if verdict is Verdict.SKIP:
            raise AirflowSkipException(why)
        if verdict is Verdict.FAIL:
            raise AirflowException(why)
        return why or None

    def _again(self) -> bool:
        """Retry an execution that ended at this step; return whether it was retried."""
        sagemaker = self._sagemaker()
        if judge(observe(self.execution, sagemaker), self.step)[0] is not Verdict.FAIL:
            return False
        self.log.info("SageMaker runs %s again", self.step)
        sagemaker.retry_pipeline_execution(PipelineExecutionArn=self.execution)
        return True

    def _later(self) -> None:
        self.defer(trigger=TimeDeltaTrigger(timedelta(seconds=self.poll_seconds)), method_name="look")

    def _sagemaker(self) -> Any:
        return boto3.client("sagemaker", region_name=self.region)


def day_of(run: Any) -> datetime:
    """Return the moment that a DAG run is for: its logical date, or that of its start where it was given none."""
    return run.logical_date or run.run_after
