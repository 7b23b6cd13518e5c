"""Announces, in bounded batches, what a change of configuration changes in the states of a tenant's dossiers."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from typing import Final
from uuid import UUID

from contracts.dossier_events import DossierEvent
from contracts.upcasting import parse_event
from services.domain.authority import CONNECTION_TYPES, Connections, bears_on_connections, connections_of
from services.domain.dossier import fact_of_event
from services.domain.identity import announcement_id
from services.domain.restate import restate
from services.event_store.port import Checkpoints, EventStore, LostTenant, StoredEvent, TenantWriter
from services.messaging.port import Transient
from services.recorder.append import append, recording_time
from services.recorder.load import load
from services.recorder.record import Recorder
from services.recorder.remembered import Remembered
from services.runtime.clock import Clock

PAGE_MAX: Final = 200
LOOK_EVERY_S: Final = 5.0
DONE: Final = 2**63 - 1
"""Progress of a cause that every dossier has heard of. Below it: the first 63 bits of the last dossier's id."""
_READER: Final = "restate"


class Restater:
    """Work beside the recording, under the same lock, a page a transaction, so that recording never waits long.

    Where it got to is a checkpoint per cause: after a crash it goes on, and a page done twice announces nothing twice.
    """

    def __init__(
        self, *, store: EventStore, checkpoints: Checkpoints, clock: Clock, recorder: Recorder, page_max: int = PAGE_MAX
    ) -> None:
        self._store = store
        self._checkpoints = checkpoints
        self._clock = clock
        self._recorder = recorder
        self._page_max = page_max
        self._settled: dict[str, UUID] = {}

    async def run(self) -> None:
        """Look after every tenant, for ever: at once after a change, and now and then for what others left."""
        while True:
            self._recorder.configured.clear()
            for tenant in await self._store.heads():
                await self.settle(tenant)
            await self._changed_or_later()

    async def settle(self, tenant: str) -> None:
        """Restate the tenant's dossiers until its latest configuration is known to all of them.

        Raises StoreUnavailable, Transient.
        """
        while causes := _causes(await self._store.tenant_events(tenant, types=CONNECTION_TYPES)):
            if self._settled.get(tenant) == causes[-1].id:
                return
            async with self._checkpoints.hold(_READER, tenant) as mine:
                if not mine:
                    return
                if await self._sweep(tenant, causes):
                    self._settled[tenant] = causes[-1].id

    async def _sweep(self, tenant: str, causes: Sequence[DossierEvent]) -> bool:
        """Go through all dossiers for the last cause; False if a newer one came meanwhile."""
        cause = causes[-1]
        progress = await self._progress(tenant, cause)
        if progress == DONE:
            return True
        before, after = await self._told(tenant, causes), _connections(causes)
        end = _before(progress)
        more = before != after
        while more:
            try:
                page = await self._page(tenant, cause, before, after, end)
            except LostTenant as error:
                raise Transient(str(error)) from error
            if page is None:
                return False
            if page:
                end = page[-1]
                await self._checkpoints.advance(f"{_READER}/{cause.id}", tenant, end.int >> 65)
            more = bool(page)
        await self._checkpoints.advance(f"{_READER}/{cause.id}", tenant, DONE)
        return True

    async def _page(
        self, tenant: str, cause: DossierEvent, before: Connections, after: Connections, begin: UUID | None
    ) -> list[UUID] | None:
        """The dossiers of one page, told; none at the end. None itself if the configuration has changed again."""
        remembered: Remembered = self._recorder.remembered(tenant)
        async with remembered.turn:
            async with self._store.writer(tenant) as writer:
                if await _newest(writer) != cause.id:
                    return None
                entries = await writer.dossiers_after(begin, self._page_max)
                if not entries:
                    return []
                page = await load(writer, entries, after)
                known = await writer.known([announcement_id(cause.id, entry.dossier, "restated") for entry in entries])
                decision = restate(
                    page.values(),
                    cause=cause,
                    before=before,
                    after=after,
                    known=known,
                    last_position=writer.last_position,
                    recorded_at=recording_time(self._clock, writer),
                )
                remembered.enter(writer.last_position)
                await append(writer, decision)
            remembered.keep(decision)
            return [entry.dossier for entry in entries]

    async def _told(self, tenant: str, causes: Sequence[DossierEvent]) -> Connections:
        """The configuration that all dossiers have heard of."""
        for index in range(len(causes) - 2, -1, -1):
            if await self._progress(tenant, causes[index]) == DONE:
                return _connections(causes[: index + 1])
        return _connections(())

    async def _progress(self, tenant: str, cause: DossierEvent) -> int:
        return await self._checkpoints.get(f"{_READER}/{cause.id}", tenant)

    async def _changed_or_later(self) -> None:
        changed = asyncio.ensure_future(self._recorder.configured.wait())
        later = asyncio.ensure_future(self._clock.sleep(LOOK_EVERY_S))
        try:
            await asyncio.wait((changed, later), return_when=asyncio.FIRST_COMPLETED)
        finally:
            changed.cancel()
            later.cancel()


def _before(progress: int) -> UUID | None:
    # The checkpoint has no room for the whole id: those that share its 63 bits are looked at again, which is harmless.
    return UUID(int=(progress << 65) - 1) if progress else None


def _connections(causes: Sequence[DossierEvent]) -> Connections:
    facts = (fact_of_event(cause) for cause in causes)
    return connections_of(fact for fact in facts if fact is not None)


async def _newest(writer: TenantWriter) -> UUID | None:
    causes = _causes(await writer.tenant_events(types=CONNECTION_TYPES))
    return causes[-1].id if causes else None


def _causes(events: Iterable[StoredEvent]) -> list[DossierEvent]:
    # What else is said about the tenant (its agencies, procedures, calendars) moves no dossier's state.
    parsed = (parse_event(event.body) for event in events)
    return [event for event in parsed if (fact := fact_of_event(event)) is not None and bears_on_connections(fact)]
