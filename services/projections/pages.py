"""Reads a tenant's log page by page, each page while the one before it is worked on."""

from __future__ import annotations

import asyncio

from contracts.events_to_fold import EventToFold
from contracts.upcasting import parse_event_to_fold
from services.event_store.port import EventStore, StoredEvent


class Pages:
    """The log of one tenant from wherever it is asked for; close it."""

    def __init__(self, store: EventStore, tenant: str, *, page_events: int) -> None:
        self._store = store
        self._tenant = tenant
        self._page_events = page_events
        self._ahead: tuple[int, asyncio.Task[list[StoredEvent]]] | None = None

    async def after(self, position: int) -> list[EventToFold]:
        """The next events after a position; empty at the end of the log."""
        stored = await self._stored(position)
        if len(stored) == self._page_events:
            following = stored[-1].position
            self._ahead = (following, asyncio.create_task(self._read(following)))
        return [parse_event_to_fold(one.body) for one in stored]

    async def close(self) -> None:
        """Give up what was read ahead."""
        if self._ahead is not None:
            _, reading = self._ahead
            self._ahead = None
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)

    async def _stored(self, position: int) -> list[StoredEvent]:
        if self._ahead is not None and self._ahead[0] == position:
            _, reading = self._ahead
            self._ahead = None
            return await reading
        await self.close()
        return await self._read(position)

    async def _read(self, position: int) -> list[StoredEvent]:
        return await self._store.read(self._tenant, after=position, limit=self._page_events)
