"""A deliverer on memory adapters and virtual time, with portals that a test can break."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from contracts.dossier_events import DossierEvent, encode
from contracts.observations import Observation, parse_observation
from contracts.topics import OBSERVATIONS
from services.deliverer.dispatch import Dispatch
from services.deliverer.letters import Letters
from services.deliverer.links import Links
from services.deliverer.planner import Planner
from services.deliveries.memory import MemoryLedger
from services.deliveries.port import Start, Subscriber
from services.event_store.memory import MemoryEventStore
from services.messaging.memory import MemoryBroker
from services.messaging.port import Received
from services.subscribers.memory import MemoryPortal
from services.subscribers.port import PRESENT_AT
from services.subscribers.webhook import connect
from tests.recorded import TENANT, Log
from tests.simulation.virtual_time import VirtualClock

SECRET = "a secret of enough characters"


GENERATION = UUID(int=7)


def received(event: DossierEvent, *, generation: UUID | None = GENERATION) -> Received:
    """An event as it comes from the topic."""
    headers = () if generation is None else (("generation", str(generation).encode()),)
    return Received("events", 0, 0, event.subject.encode(), encode(event), 0, headers)


class World:
    """One tenant's log, its ledger, and portals by name. `deliverer()` runs one instance for as long as its block."""

    def __init__(self, *, seed: int = 1) -> None:
        self.clock = VirtualClock()
        self.rng = random.Random(seed)
        self.store = MemoryEventStore(clock=self.clock, generation=GENERATION)
        self.log = Log(self.store)
        self.ledger = MemoryLedger(clock=self.clock)
        self.broker = MemoryBroker(self.clock)
        self.portals: dict[str, MemoryPortal] = {}
        self.planner, self.dispatch = self.instance()

    async def subscribe(
        self, name: str, *, start: Start = "history", present_at: int | None = None, **settings: str
    ) -> MemoryPortal:
        portal = self.portals[name] = MemoryPortal(name, SECRET, self.clock)
        given = {"url": f"http://{name}", "secret": SECRET} | settings
        if present_at is not None:
            given[PRESENT_AT] = str(present_at)
        subscriber = Subscriber(TENANT, name, "webhook", start, given)
        begin = await self.store.head(TENANT) if start == "now" else 0
        assert await self.ledger.subscribe(subscriber, from_position=begin)
        return portal

    def instance(self) -> tuple[Planner, Dispatch]:
        """What one process would hold; a second one is another process."""
        letters = Letters(self.store, kept_max=3)
        dispatch = Dispatch(
            ledger=self.ledger,
            letters=letters,
            links=Links(self.broker.publisher()),
            portal_of=lambda subscriber: connect(
                settings={name: value for name, value in subscriber.settings.items() if name != PRESENT_AT},
                transport=self.portals[subscriber.name],
                clock=self.clock,
            ),
            clock=self.clock,
            rng=self.rng,
        )
        return Planner(store=self.store, ledger=self.ledger, letters=letters, wake=dispatch.wake, page=4), dispatch

    async def plan(self) -> None:
        """Write down all that is owed now, as the catching up does in two looks."""
        await self.planner.catch_up()
        await self.planner.catch_up()

    @asynccontextmanager
    async def deliverer(self) -> AsyncIterator[None]:
        """One instance sends; leaving the block stops it gracefully."""
        running = asyncio.create_task(self.dispatch.run())
        try:
            yield
        finally:
            running.cancel()
            await asyncio.wait((running,))
            assert running.cancelled(), running

    async def owed(self, name: str) -> int:
        """How many deliveries to this subscriber are open."""
        [count] = [count for count in await self.ledger.counts() if count["subscriber"] == name]
        assert isinstance(count["owed"], int)
        return count["owed"]

    async def rest(self, *names: str, within_s: float = 600.0) -> None:
        """Wait until nothing is owed to these subscribers."""
        async with asyncio.timeout(within_s):
            while any([await self.owed(name) for name in names]):
                await self.clock.sleep(0.05)

    def said(self) -> list[Observation]:
        """What went through the front door."""
        return [parse_observation(record.value) for record in self.broker.records(OBSERVATIONS.name)]


def positions(events: Iterable[dict[str, Any]]) -> list[int]:
    """Where these events stand in the log."""
    return [event["position"] for event in events]
