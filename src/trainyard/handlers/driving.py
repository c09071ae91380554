"""The open releases of an environment, each driven as far as it goes without waiting."""

from collections.abc import Iterable
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from trainyard.release.conflict import SHADOW_PREFIX, LeaseHeld, LeaseLost
from trainyard.release.driver import Driver
from trainyard.release.faults import transient


@dataclass(frozen=True, kw_only=True)
class Driven:
    """How far the release of one service is."""

    service: str
    release_id: str
    said: str
    """The last action's text, or why another driver has it."""
    error: ClientError | BotoCoreError | None = None
    """A refusal that the next look would meet again: somebody must see to it."""


def drive_open(services: Iterable[str], driver: Driver, until: float) -> list[Driven]:
    """Advance the open release of each service, and return those there were.

    One service's trouble never keeps another's release waiting, and a failure that may be over a moment later is left
    to the next event or tick.
    """
    found: list[Driven] = []
    for service in services:
        release_id = driver.table.open_release(service)
        if release_id and not release_id.startswith(SHADOW_PREFIX):
            found.append(_advance(service, release_id, driver, until))
    return found


def _advance(service: str, release_id: str, driver: Driver, until: float) -> Driven:
    try:
        record, action = driver.advance(service, release_id, until)
    except (LeaseHeld, LeaseLost) as other:
        return Driven(service=service, release_id=release_id, said=other.what)
    except (ClientError, BotoCoreError) as error:
        grave = None if transient(error) else error
        return Driven(service=service, release_id=release_id, said=f"AWS refused: {error}", error=grave)
    return Driven(service=service, release_id=release_id, said=action.text if action else record.status)
