"""The event store in memory: the same promises, for simulation and for tests that need no database."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID, uuid4

from services.domain.decision import Entry, Identity
from services.event_store.port import AlreadyRecorded, Conflict, IdentityChange, StoredEvent
from services.event_store.sequence import require_next
from services.runtime.clock import Clock, SystemClock


@dataclass(slots=True)
class Log:
    """What one tenant has: its events in order and its identity map, with what makes finding them fast."""

    events: list[StoredEvent] = field(default_factory=list)
    ids: set[UUID] = field(default_factory=set)
    positions_of: defaultdict[UUID | None, list[int]] = field(default_factory=lambda: defaultdict(list))
    codes: dict[tuple[str, str], UUID] = field(default_factory=dict)
    identities: dict[UUID, Identity] = field(default_factory=dict)

    def events_of(self, dossiers: Iterable[UUID | None]) -> list[StoredEvent]:
        positions = sorted(position for dossier in set(dossiers) for position in self.positions_of.get(dossier, ()))
        return [self.events[position - 1] for position in positions]

    def write(self, events: Sequence[StoredEvent], identity: IdentityChange) -> None:
        for event in events:
            self.events.append(event)
            self.ids.add(event.id)
            self.positions_of[event.dossier].append(event.position)
        self.codes.update(identity.codes)
        self.identities.update((one.dossier, one) for one in identity.dossiers)

    def entry(self, dossier: UUID) -> Entry:
        return _entry(self.identities[dossier], self.events_of([dossier]))


class MemoryEventStore:
    """Logs that die with this object. One writer a tenant at a time; nothing is visible before its block ends."""

    def __init__(self, *, clock: Clock | None = None, generation: UUID | None = None) -> None:
        self._clock = clock or SystemClock()
        self._logs: defaultdict[str, Log] = defaultdict(Log)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._generation = generation or uuid4()
        self._listeners: list[_Listener] = []  # in order, so that a simulation wakes them alike each time

    @asynccontextmanager
    async def writer(self, tenant: str) -> AsyncIterator[MemoryTenantWriter]:
        async with self._turns[tenant]:
            writer = MemoryTenantWriter(tenant, self._logs[tenant])
            yield writer
            if writer.failed:
                raise Conflict(f"{tenant}: an append of this transaction had failed; nothing was written")
            for events, identity in writer.staged:
                self._logs[tenant].write(events, identity)
            if writer.staged:
                for listener in self._listeners:
                    listener.hear(tenant)

    async def read(self, tenant: str, *, after: int, limit: int) -> list[StoredEvent]:
        return self._log(tenant).events[after : after + limit]

    async def at(self, tenant: str, positions: Collection[int]) -> list[StoredEvent]:
        events = self._log(tenant).events
        return [events[position - 1] for position in sorted(set(positions)) if 1 <= position <= len(events)]

    async def head(self, tenant: str) -> int:
        return len(self._log(tenant).events)

    async def heads(self) -> dict[str, int]:
        return {tenant: len(log.events) for tenant, log in sorted(self._logs.items()) if log.events}

    async def events_of(self, tenant: str, dossiers: Collection[UUID]) -> list[StoredEvent]:
        return self._log(tenant).events_of(dossiers)

    async def find(self, tenant: str, system: str, code: str) -> Entry | None:
        log = self._log(tenant)
        dossier = log.codes.get((system, code))
        return None if dossier is None else log.entry(dossier)

    async def find_code(self, code: str) -> list[tuple[str, str, UUID]]:
        return sorted(
            (tenant, system, dossier)
            for tenant, log in self._logs.items()
            for (system, written), dossier in log.codes.items()
            if written == code
        )

    async def entries(self, tenant: str, dossiers: Collection[UUID]) -> dict[UUID, Entry]:
        log = self._log(tenant)
        return {dossier: log.entry(dossier) for dossier in dossiers if dossier in log.identities}

    async def linked_after(self, tenant: str, after: UUID | None, limit: int) -> list[Identity]:
        known = self._log(tenant).identities
        linked = sorted(
            dossier for dossier, one in known.items() if len(one.lineage) > 1 and (after is None or dossier > after)
        )
        return [known[dossier] for dossier in linked[:limit]]

    async def tenant_events(self, tenant: str, *, types: Collection[str] | None = None) -> list[StoredEvent]:
        return _of_types(self._log(tenant).events_of([None]), types)

    async def position_at(self, tenant: str, moment: datetime) -> int:
        return bisect_right(self._log(tenant).events, moment, key=lambda event: event.recorded_at)

    async def generation(self) -> UUID:
        return self._generation

    def renew_generation(self, generation: UUID) -> None:
        """As after a restore: checkpoints of before belong to another log."""
        self._generation = generation

    async def listen(self, timeout_s: float) -> AsyncIterator[str | None]:
        listener = _Listener()
        self._listeners.append(listener)
        try:
            while True:
                yield await listener.next(self._clock, timeout_s)
        finally:
            self._listeners.remove(listener)

    def _log(self, tenant: str) -> Log:
        # A read must not make the tenant exist.
        return self._logs.get(tenant) or Log()


class MemoryTenantWriter:
    """What the writer inside a tenant reads and writes: the log, and over it what it has not committed yet."""

    def __init__(self, tenant: str, log: Log) -> None:
        self.tenant = tenant
        self.last_position = len(log.events)
        self.last_recorded_at = log.events[-1].recorded_at if log.events else None
        self.staged: list[tuple[Sequence[StoredEvent], IdentityChange]] = []
        self.failed = False
        self._log = log
        self._ahead = Log()

    async def known(self, ids: Collection[UUID]) -> set[UUID]:
        return {event for event in ids if event in self._log.ids or event in self._ahead.ids}

    async def entries(
        self, codes: Collection[tuple[str, str]]
    ) -> tuple[dict[tuple[str, str], UUID], dict[UUID, Entry]]:
        found = {code: self._ahead.codes.get(code) or self._log.codes.get(code) for code in codes}
        holders = {code: dossier for code, dossier in found.items() if dossier is not None}
        return holders, {dossier: self._entry(dossier) for dossier in holders.values()}

    async def events_of(self, dossiers: Collection[UUID]) -> list[StoredEvent]:
        return self._events_of(dossiers)

    async def tenant_events(self, *, types: Collection[str] | None = None) -> list[StoredEvent]:
        return _of_types(self._events_of([None]), types)

    async def dossiers_after(self, after: UUID | None, limit: int) -> list[Entry]:
        identities = self._log.identities | self._ahead.identities
        living = sorted(
            dossier
            for dossier, one in identities.items()
            if one.merged_into is None and (after is None or dossier > after)
        )
        return [self._entry(dossier) for dossier in living[:limit]]

    async def append(self, events: Iterable[StoredEvent], identity: IdentityChange) -> None:
        self.failed = True
        events = tuple(events)
        require_next(
            events, tenant=self.tenant, last_position=self.last_position, last_recorded_at=self.last_recorded_at
        )
        ids = {event.id for event in events}
        if len(ids) < len(events) or await self.known(ids):
            raise AlreadyRecorded(f"{self.tenant}: an event of this append has an id that is in the log")
        self.staged.append((events, identity))
        self._ahead.ids |= ids
        self._ahead.codes.update(identity.codes)
        self._ahead.identities.update((one.dossier, one) for one in identity.dossiers)
        if events:
            self.last_position, self.last_recorded_at = events[-1].position, events[-1].recorded_at
        self.failed = False

    def _entry(self, dossier: UUID) -> Entry:
        identity = self._ahead.identities.get(dossier) or self._log.identities[dossier]
        return _entry(identity, self._events_of([dossier]))

    def _events_of(self, dossiers: Collection[UUID | None]) -> list[StoredEvent]:
        ahead = [event for events, _ in self.staged for event in events if event.dossier in dossiers]
        return self._log.events_of(dossiers) + ahead


def _entry(identity: Identity, events: Sequence[StoredEvent]) -> Entry:
    last_position = events[-1].position if events else 0
    return Entry(identity.dossier, identity.lineage, last_position, identity.merged_into)


class _Listener:
    """One reader's unread news, each tenant once."""

    def __init__(self) -> None:
        self._news: dict[str, None] = {}
        self._woken = asyncio.Event()

    def hear(self, tenant: str) -> None:
        self._news[tenant] = None
        self._woken.set()

    async def next(self, clock: Clock, timeout_s: float) -> str | None:
        if not self._news:
            self._woken.clear()
            waiting = {asyncio.create_task(self._woken.wait()), asyncio.create_task(clock.sleep(timeout_s))}
            try:
                await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in waiting:
                    task.cancel()
        return self._news.popitem()[0] if self._news else None


def _of_types(events: list[StoredEvent], types: Collection[str] | None) -> list[StoredEvent]:
    return events if types is None else [event for event in events if event.type in types]
