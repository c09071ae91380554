"""The driver: look, decide, do one short action, record it, again. Any number of drivers may come and go.

The command's loop (`run`) is one driver; the function that events and a schedule invoke (`advance`) is another. The
record's lease keeps them apart, its attempt number refuses the writes of one that comes back late.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from trainyard.errors import TrainyardError
from trainyard.release.action import Action, Change, Close, Conclude, Done, SetPointer, Wait
from trainyard.release.clients import Clients
from trainyard.release.conflict import LeaseHeld, LeaseLost
from trainyard.release.decide import next_action
from trainyard.release.faults import transient
from trainyard.release.observe import observe
from trainyard.release.perform import Stage, intend, perform
from trainyard.release.record import Record
from trainyard.release.table import DeploymentTable

FAULT_LIMIT = 8
"""Calls in a row that may fail before the driver gives up; the release stays open."""


def _ignore(record: Record, action: Action) -> None:
    """Show nothing."""


@dataclass(frozen=True, kw_only=True)
class Driver:
    """Drives one release to its end. `owner` is unique to this driver."""

    clients: Clients
    table: DeploymentTable
    owner: str
    poll_seconds: float = 2.0
    clock: Callable[[], float] = time.time
    sleep: Callable[[float], None] = time.sleep
    show: Callable[[Record, Action], None] = _ignore
    """Called with each action before it is done."""

    def run(self, service: str, release_id: str) -> Record:
        """Drive the release until it is closed and return its record; watch while another driver is at work.

        Raises:
            TrainyardError: AWS keeps failing; the release stays open and can be resumed.
        """
        record: Record | None = None
        faults = 0
        while True:
            try:
                record = self._acquire(service, release_id) if record is None else record
                record, action = self.step(record)
                faults = 0
            except LeaseLost:
                record = None
                continue
            except (ClientError, BotoCoreError) as error:
                faults += 1
                # What the failed call did is seen by looking again; only the record must be read anew.
                record = None
                self._recover(error, faults, release_id)
                continue
            if isinstance(action, Done):
                return record
            if isinstance(action, Wait):
                self.sleep(self.poll_seconds)

    def advance(self, service: str, release_id: str, until: float) -> tuple[Record, Action | None]:
        """Drive until something has to be waited for, the release is closed or it is `until`; give the lease back.

        Returns:
            The record, and the last action; None where there was no time for one.

        Raises:
            LeaseHeld: another driver is at work.
            LeaseLost: another driver has taken over meanwhile.
            ClientError, BotoCoreError: a call failed; the next look shows what it did.
        """
        record = self.table.acquire(service, release_id, self.owner, self.clock())
        action: Action | None = None
        try:
            while self.clock() < until and not isinstance(action, Done | Wait):
                record, action = self.step(record)
        finally:
            let_go(self, service, release_id)
        return record, action

    def step(self, record: Record) -> tuple[Record, Action]:
        """Do the one next action and return the record after it; the driver must hold the record's lease."""
        action = next_action(record.plan, record, observe(self.clients, self.table, record, self.clock))
        self.show(record, action)
        if isinstance(action, Done):
            return record, action
        if isinstance(action, Close):
            finished = datetime.fromtimestamp(self.clock(), UTC).isoformat(timespec="seconds")
            return self.table.close(record, action.outcome, finished), action
        if isinstance(action, Change):
            return self._change(record, action), action
        return self.table.save(record, self.clock()), action

    def _change(self, record: Record, action: Change) -> Record:
        # Before, too: it renews the lease, refuses a driver that was overtaken, and leaves the intent behind.
        record = self.table.save(record.advanced(intend(action, record.progress, self.clock())), self.clock())
        stage = Stage(plan=record.plan, progress=record.progress, clients=self.clients, now=self.clock())
        try:
            after = record.advanced(perform(action, stage))
        except ClientError as error:
            if transient(error) or record.progress.outcome is not None:
                raise
            reason = f"{action.text}: AWS refused: {error.response['Error'].get('Message', error)}"
            refusal = Conclude(text="AWS refused", outcome="failed", reason=reason)
            after = record.advanced(perform(refusal, stage))
        if isinstance(action, SetPointer):
            return self.table.set_pointer(after, self.clock())
        return self.table.save(after, self.clock())

    def _acquire(self, service: str, release_id: str) -> Record:
        """Take the lease; while another driver has it, show what that one does. One that died has it for a while."""
        while True:
            try:
                return self.table.acquire(service, release_id, self.owner, self.clock())
            except LeaseHeld as held:
                record = self.table.get(service, release_id)
                if record:
                    self.show(record, Wait(text=_seen(record)))
                self.sleep(max(0.1, min(self.poll_seconds, held.until - self.clock() + 0.1)))

    def _recover(self, error: ClientError | BotoCoreError, faults: int, release_id: str) -> None:
        if not transient(error) or faults >= FAULT_LIMIT:
            raise TrainyardError(
                f"AWS keeps refusing: {error}" if transient(error) else f"AWS refused: {error}",
                where=f"release {release_id}, which stays open",
                cure="Mend the cause and run `trainyard release resume`",
            ) from error
        self.sleep(min(30.0, 0.5 * 2**faults))


def _seen(record: Record) -> str:
    """Return what another driver did last, as the record tells it."""
    timeline = record.progress.timeline
    return f"{record.lease_owner}: {timeline[-1].text if timeline else 'has begun'}"


def let_go(driver: Driver, service: str, release_id: str) -> None:
    """Give back the lease of a driver that stops early, so that the next need not wait for its end."""
    record = driver.table.get(service, release_id)
    if record and record.status == "open" and record.lease_owner == driver.owner:
        driver.table.release_lease(record)
