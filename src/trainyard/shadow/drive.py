"""The loop: look, decide, record, do one short action, until the shadow runs or is gone.

Each action is safe to repeat, and each is preceded by a conditional write, so that a start that comes back late finds
the stop that overtook it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from trainyard.errors import TrainyardError
from trainyard.release.calls import create, delete
from trainyard.release.driver import FAULT_LIMIT
from trainyard.release.faults import transient
from trainyard.shadow import request
from trainyard.shadow.decide import Action, next_action
from trainyard.shadow.observe import Observed, observe
from trainyard.shadow.record import ShadowRecord
from trainyard.shadow.table import Overtaken, ShadowTable


@dataclass(frozen=True, kw_only=True)
class Driver:
    """Brings a shadow up, or takes it away."""

    sagemaker: Any
    table: ShadowTable
    poll_seconds: float = 2.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    show: Callable[[Action], None] = lambda action: None
    """Called with each action before it is done."""

    def run(self, record: ShadowRecord) -> tuple[ShadowRecord, bool]:
        """Drive until the shadow runs, or is gone, and return its record and whether it is there.

        Raises:
            Overtaken: another command has moved the shadow on.
            TrainyardError: AWS keeps failing, or does not go back; the record stays, and the command can be repeated.
        """
        faults = 0
        while True:
            try:
                if faults:  # what the failed call did is seen by looking again, and so is what was recorded
                    found = self._read_again(record)
                    if found is None:
                        return record, False
                    record = found
                record, last = self._step(record)
                faults = 0
            except (ClientError, BotoCoreError) as error:
                faults += 1
                if not transient(error) or faults >= FAULT_LIMIT:
                    raise _unfinished(record, str(error)) from error
                self.sleep(min(30.0, 0.5 * 2**faults))
                continue
            if last in ("run", "close"):
                return record, last == "run"

    def _read_again(self, record: ShadowRecord) -> ShadowRecord | None:
        """Return the record as it is written; None where it is closed, as this command meant it to be."""
        found = self.table.get(record.plan.service)
        if found and found.plan.shadow_id == record.plan.shadow_id:
            return found
        if record.phase == "stopping":
            return None
        raise Overtaken(record)

    def _step(self, record: ShadowRecord) -> tuple[ShadowRecord, str]:
        observed = observe(self.sagemaker, record.plan)
        action = next_action(record, observed)
        self.show(action)
        if action.kind == "wait":
            self.sleep(self.poll_seconds)
            return record, action.kind
        if action.kind == "stuck":
            raise _unfinished(record, action.reason)
        record = self.table.save(self._recorded(record, action, observed), record.phase)
        try:
            self._perform(record, action)
        except ClientError as error:
            if transient(error) or record.phase != "starting":
                raise
            reason = f"{action.text}: AWS refused: {error.response['Error'].get('Message', error)}"
            return self.table.save(_given_up(record, reason), record.phase), "give_up"
        return record, action.kind

    def _recorded(self, record: ShadowRecord, action: Action, observed: Observed) -> ShadowRecord:
        """Return the record to write before the action."""
        if action.kind in ("switch", "switch_back") and observed.endpoint:
            return replace(record, intent=observed.endpoint.modified)
        if action.kind == "run":
            return replace(record, phase="running", running_since=record.running_since or self.clock())
        if action.kind == "give_up":
            return _given_up(record, action.reason)
        return record

    def _perform(self, record: ShadowRecord, action: Action) -> None:
        plan, sagemaker = record.plan, self.sagemaker
        match action.kind:
            case "create_model":
                create(sagemaker.create_model, request.model(plan))
            case "create_config":
                create(sagemaker.create_endpoint_config, request.config(plan))
            case "switch":
                sagemaker.update_endpoint(**request.switch(plan))
            case "switch_back":
                sagemaker.update_endpoint(**request.switch_back(plan))
            case "delete_config":
                delete(sagemaker.delete_endpoint_config, EndpointConfigName=plan.config_name)
            case "delete_model":
                delete(sagemaker.delete_model, ModelName=plan.model_name)
            case "close":
                self.table.close(record)
            case _:
                pass  # what was recorded is all there is to do


def _given_up(record: ShadowRecord, reason: str) -> ShadowRecord:
    return replace(record, phase="stopping", reason=reason, undone=record.intent is not None, intent=None)


def _unfinished(record: ShadowRecord, reason: str) -> TrainyardError:
    plan = record.plan
    return TrainyardError(
        f"The {plan.title} is unfinished: {reason}",
        where=f"endpoint {plan.endpoint_name}; live is {plan.live_config_name}",
        cure=f"Mend the cause and run `trainyard shadow stop {plan.service}`, which takes away whatever is there",
    )
