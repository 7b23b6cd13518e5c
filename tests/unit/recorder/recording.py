"""A recorder on a store in memory, with a clock the test holds, and what its log then says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from contracts.dossier_events import DossierEvent
from contracts.observations import Observation, encode_observation
from contracts.topics import OBSERVATIONS
from contracts.upcasting import parse_event
from services.event_store.memory import MemoryEventStore
from services.event_store.port import EventStore
from services.messaging.port import Received
from services.recorder.record import Recorder
from tests.builders import TENANT, connecting, link, observation

NOON = datetime(2024, 6, 1, 5, 0, tzinfo=UTC)


class HandClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.at = NOON

    def now(self) -> datetime:
        return self.at

    async def sleep(self, seconds_s: float) -> None:
        self.at += timedelta(seconds=seconds_s)


def received(values: Iterable[bytes]) -> list[Received]:
    return [Received(OBSERVATIONS.name, 0, offset, None, value, 0) for offset, value in enumerate(values)]


def wire(observations: Iterable[Observation]) -> list[Received]:
    return received(encode_observation(each) for each in observations)


def recorder(store: EventStore, *, clock: HandClock | None = None, dossiers_max: int = 1_000) -> Recorder:
    return Recorder(store=store, clock=clock or HandClock(), dossiers_max=dossiers_max)


async def log_of(store: EventStore, tenant: str = TENANT) -> list[DossierEvent]:
    return [parse_event(event.body) for event in await store.read(tenant, after=0, limit=100_000)]


async def bodies_of(store: EventStore, tenant: str = TENANT) -> list[bytes]:
    return [event.body for event in await store.read(tenant, after=0, limit=100_000)]


async def recorded(batches: Iterable[Sequence[Observation]], **options: int) -> MemoryEventStore:
    """The log after these batches, by one recorder."""
    store = MemoryEventStore()
    one = recorder(store, **options)
    for batch in batches:
        assert await one.handle(wire(batch)) == []
    return store


def story(dossiers: int = 6) -> list[Observation]:
    """Several dossiers' acts as they come in: interleaved, linked, linked wrongly, unlinked, late, taken back."""
    told: list[Observation] = [
        connecting("one-stop", "one_stop"),
        connecting("portal", "provincial_portal"),
    ]
    for step in range(5):
        for number in range(dossiers):
            code, other = f"H99-{number:04}", f"P-{number}"
            told += (
                [
                    observation("portal", "submitted", "13/5 08:00", code=other, channel="online"),
                    observation("one-stop", "accepted", "13/5 09:00", code=code, due_at="20/5 09:00", agency="H99.10"),
                ],
                [link("one-stop", code, "portal", other, "13/5 09:01")],
                [
                    observation("one-stop", "status_reported", "13/5 10:00", code=code, status=4),
                    link("one-stop", code, "portal", f"P-{(number + 1) % dossiers}", "13/5 10:01"),
                ],
                [
                    link("operator", code, "portal", f"P-{(number + 1) % dossiers}", "13/5 11:00", act="unlinked"),
                    observation("portal", "status_reported", "13/5 10:30", code=other, status=4),
                ],
                [
                    observation("one-stop", "supplement_requested", "13/5 09:30", code=code, round="1"),
                    observation("one-stop", "processing_finished", "19/5 16:00", code=code),
                ],
            )[step]
    told.append(connecting("payments", "payment_platform"))
    told += [observation("one-stop", "result_returned", "20/5 08:00", code=f"H99-{n:04}") for n in range(dossiers)]
    return told
