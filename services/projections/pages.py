"""Reads a tenant's log page by page, each page while the one before it is worked on."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from typing import NamedTuple

from contracts.events_to_fold import EventToFold
from contracts.upcasting import parse_event_to_fold
from services.event_store.port import EventStore, StoredEvent
from services.projections.division import Part
from services.projections.follow import BrokenLog


class Page(NamedTuple):
    """Events in order, and the position up to which there are no others that are asked for."""

    events: Sequence[EventToFold]
    up_to: int


class Pages:
    """The log of one tenant from wherever it is asked for, or what of it one part follows; close it."""

    def __init__(self, store: EventStore, tenant: str, *, page_events: int, part: Part | None = None) -> None:
        self._store = store
        self._tenant = tenant
        # However many there are, each part finds as many events of its own in a page.
        self._page_events = page_events if part is None else page_events * part.parts
        self._part = part
        self._up_to = sys.maxsize if part is None else part.up_to
        self._ahead: tuple[int, asyncio.Task[list[StoredEvent]]] | None = None

    async def after(self, position: int) -> Page | None:
        """The next events after a position; None at the end. Raises BrokenLog."""
        stored = await self._stored(position)
        if not stored:
            return None
        last = stored[-1].position
        if last != position + len(stored):
            raise BrokenLog(f"{self._tenant}: {len(stored)} events after position {position} end at {last}")
        if len(stored) == self._page_events and last < self._up_to:
            self._ahead = (last, asyncio.create_task(self._read(last)))
        part = self._part
        if part is not None:
            # What is another's is left out before it is read: that takes most of the time.
            stored = [one for one in stored if one.dossier is None or part.has(one.dossier)]
        return Page([parse_event_to_fold(one.body) for one in stored], last)

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
        limit = min(self._page_events, self._up_to - position)
        return await self._store.read(self._tenant, after=position, limit=limit)
