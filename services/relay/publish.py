"""Publishes each tenant's log in order: read a page, send it, wait for the acknowledgement, move the checkpoint."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contracts.topics import DOSSIER_EVENTS
from services.event_store.lanes import Lane, Lanes
from services.event_store.port import Checkpoints, EventStore, StoredEvent
from services.messaging.event_records import GENERATION_HEADER
from services.messaging.port import Publisher, Record
from services.runtime.clock import Clock
from services.runtime.health import Reading

READER: Final = "relay"
TENANT_LEVEL_KEY: Final = b"tenant"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How much at once and how often."""

    page_max: int = 4_000
    look_every_s: float = 0.1
    """News come by notification; this is how late an event may be when a notification is lost."""
    checkpoint_every_s: float = 0.1
    """Events of this time at most are published again after a crash."""
    take_over_every_s: float = 0.5
    """How often a tenant that another instance holds is asked for."""
    breath_s: float = 0.001
    """A pause after a page that was not full: fewer, larger pages for less work."""


@dataclass(slots=True)
class _Lane(Lane):
    """`position` is published and acknowledged, `saved` is in the checkpoint."""

    position: int = 0
    saved: int = 0
    saved_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Page:
    records: Sequence[Record]
    last: int
    """The position of the last of them."""


class Relay:
    """All tenants' logs, each published by one instance at a time. Published twice after a crash, never zero times."""

    def __init__(
        self,
        *,
        store: EventStore,
        checkpoints: Checkpoints,
        publisher: Publisher,
        clock: Clock,
        instance: str,
        topic: str = DOSSIER_EVENTS.name,
        pace: Pace | None = None,
    ) -> None:
        self._store = store
        self._checkpoints = checkpoints
        self._publisher = publisher
        self._clock = clock
        self._topic = topic
        self._pace = pace or Pace()
        self._lanes = Lanes(
            READER,
            new=_Lane,
            work=self._publish_log,
            checkpoints=checkpoints,
            clock=clock,
            instance=instance,
            take_over_every_s=self._pace.take_over_every_s,
        )
        self._headers: tuple[tuple[str, bytes], ...] = ()

    async def run(self) -> None:
        """Publish for ever. Cancelling it lets what is being sent be acknowledged and noted.

        Raises StoreUnavailable, BrokerUnavailable: to be called again. Raises OtherGeneration: for a person.
        """
        await self._lanes.run(self._look, self._listen)

    async def readings(self) -> Mapping[str, Reading]:
        """How long the log of each tenant held here is, by the store's own word, and how far it is published."""
        heads = await self._store.heads()
        return {
            tenant: Reading(supply=heads.get(tenant, 0), done=lane.position)
            for tenant, lane in self._lanes.items()
            if lane.held
        }

    async def _listen(self) -> None:
        async with aclosing(self._store.listen(self._pace.look_every_s * 100)) as news:  # type: ignore[type-var]
            async for tenant in news:
                if tenant is not None and tenant in self._lanes:
                    self._lanes[tenant].woken.set()

    async def _look(self) -> None:
        self._headers = ((GENERATION_HEADER, str(await self._store.generation()).encode()),)
        while True:
            for tenant, head in (await self._store.heads()).items():
                lane = self._lanes.of(tenant)
                if head > lane.position or lane.saved < lane.position:
                    lane.woken.set()
            await self._clock.sleep(self._pace.look_every_s)

    async def _publish_log(self, tenant: str, lane: _Lane) -> None:
        lane.position = lane.saved = await self._checkpoints.get(READER, tenant)
        following: asyncio.Task[_Page] | None = None
        try:
            while True:
                lane.woken.clear()
                if following is None:
                    page = await self._read(tenant, lane.position)
                else:
                    page, following = await following, None
                if page.records:
                    full = len(page.records) == self._pace.page_max
                    if full:  # the next page is read and made ready while this one is on its way
                        following = asyncio.create_task(self._read(tenant, page.last))
                    await self._send(tenant, lane, page)
                    if not full and self._pace.breath_s:
                        await self._clock.sleep(self._pace.breath_s)
                else:
                    await self._save(tenant, lane)
                    await lane.woken.wait()
        finally:
            if following is not None:
                following.cancel()

    async def _read(self, tenant: str, after: int) -> _Page:
        events = await self._store.read(tenant, after=after, limit=self._pace.page_max)
        return _Page([self._record(event) for event in events], events[-1].position if events else after)

    async def _send(self, tenant: str, lane: _Lane, page: _Page) -> None:
        sending = asyncio.ensure_future(self._publisher.publish(self._topic, page.records))
        try:
            await asyncio.shield(sending)
        except asyncio.CancelledError:
            await sending
            lane.position = page.last
            await self._save(tenant, lane)
            raise
        lane.position = page.last
        now = self._clock.now()
        if lane.saved_at is None or (now - lane.saved_at).total_seconds() >= self._pace.checkpoint_every_s:
            await self._save(tenant, lane)
            lane.saved_at = now

    async def _save(self, tenant: str, lane: _Lane) -> None:
        # Only after the acknowledgement: a checkpoint that went first would lose a page for ever.
        if lane.saved < lane.position:
            await self._checkpoints.advance(READER, tenant, lane.position)
            lane.saved = lane.position

    def _record(self, event: StoredEvent) -> Record:
        key = TENANT_LEVEL_KEY if event.dossier is None else str(event.dossier).encode()
        return Record(key, event.body, event.tenant, self._headers)
