"""Writes down what we owe, before anything is sent: every event after a subscriber's position, without a gap."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Final
from uuid import UUID

from contracts.dossier_events import DossierEvent
from contracts.upcasting import parse_event
from services.deliverer.letters import Letters, letter_of, read
from services.deliverer.owed import concerns, delivery_of
from services.deliverer.present import present_of, starts_from_present
from services.deliveries.port import Ledger, Subscriber
from services.event_store.port import EventStore
from services.messaging.event_records import Entry, EventRecords
from services.messaging.port import Poisoned, Received, Transient

PAGE: Final = 2_000


class Planner:
    """Raises each subscriber's position over the log; two instances may do it at once, one of them writes."""

    def __init__(
        self, *, store: EventStore, ledger: Ledger, letters: Letters, wake: Callable[[str], None], page: int = PAGE
    ) -> None:
        self._store = store
        self._ledger = ledger
        self._letters = letters
        self._wake = wake
        self._page = page
        self._one_at_a_time: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._seen_heads: dict[str, int] = {}
        self._records = EventRecords(store.generation, parse_event)

    async def handle(self, batch: Sequence[Received]) -> list[Poisoned]:
        """Take a batch of the events topic. Raises Transient, and DatabaseUnavailable from the stores."""
        by_tenant, poisoned = await self._records.read(batch)
        for tenant, entries in by_tenant.items():
            by_position = {entry.event.position: entry for entry in entries}
            await self.plan(tenant, by_position, target=max(by_position))
        return poisoned

    async def catch_up(self) -> None:
        """Bring level, from the store, whoever was behind the log at the last look too: new subscribers, lost records.

        The topic is faster for all others, so this does nothing for them.
        """
        heads = await self._store.heads()
        for tenant in {subscriber.tenant for subscriber in await self._ledger.subscribers()}:
            await self.plan(tenant, {}, target=self._seen_heads.get(tenant, 0))
        self._seen_heads = heads

    async def plan(self, tenant: str, entries: Mapping[int, Entry[DossierEvent]], *, target: int) -> None:
        """Write what is owed to each subscriber of the tenant up to `target`, from `entries` or else the store."""
        async with self._one_at_a_time[tenant]:
            subscribers = {subscriber.name: subscriber for subscriber in await self._ledger.subscribers(tenant)}
            planned = {name: at for name, at in (await self._ledger.planned(tenant)).items() if name in subscribers}
            for subscriber in subscribers.values():
                if (until := starts_from_present(subscriber)) > planned[subscriber.name]:
                    planned[subscriber.name] = await self._plan_present(subscriber, planned[subscriber.name], until)
            while planned and (lowest := min(planned.values())) < target:
                group = [name for name, position in planned.items() if position == lowest]
                beyond = min((position for position in planned.values() if position > lowest), default=None)
                chunk = await self._next_entries(tenant, entries, after=lowest, up_to=beyond)
                for name in group:
                    planned[name] = await self._write(subscribers[name], chunk, after=lowest)
                self._wake(tenant)

    async def _next_entries(
        self, tenant: str, entries: Mapping[int, Entry[DossierEvent]], *, after: int, up_to: int | None
    ) -> list[Entry[DossierEvent]]:
        limit = self._page if up_to is None else min(self._page, up_to - after)
        chunk: list[Entry[DossierEvent]] = []
        while len(chunk) < limit and (entry := entries.get(after + 1 + len(chunk))) is not None:
            chunk.append(entry)
        if not chunk:
            stored = await self._store.read(tenant, after=after, limit=limit)
            chunk = [Entry(read(each), each.body) for each in stored]
        if not chunk or chunk[0].event.position != after + 1:
            raise Transient(f"{tenant}: the log has no position {after + 1} although later ones were announced")
        return chunk

    async def _write(self, subscriber: Subscriber, chunk: Sequence[Entry[DossierEvent]], *, after: int) -> int:
        for run in _runs(chunk):
            owed = []
            for entry in run:
                if concerns(entry.event, subscriber.name):
                    owed.append(delivery_of(entry.event, subscriber))
                    self._letters.keep(subscriber.tenant, letter_of(entry.event, entry.body))
            if (state := run[0].event.state) is not None and state.merged_into is not None:
                # Before the merge is owed to anybody, so that nothing of either dossier can get in front of it. Done
                # again after a crash it moves nothing.
                absorbed = UUID(run[0].event.subject)
                await self._ledger.move_open(subscriber.tenant, subscriber.name, absorbed, state.merged_into)
            up_to = run[-1].event.position
            if not await self._ledger.owe(subscriber.tenant, subscriber.name, owed, after=after, up_to=up_to):
                return (await self._ledger.planned(subscriber.tenant))[subscriber.name]
            after = up_to
        return after

    async def _plan_present(self, subscriber: Subscriber, after: int, until: int) -> int:
        present = await present_of(self._store, subscriber, until=until, page=self._page)
        owed = [delivery for delivery in present if delivery.position > after]
        for start in range(0, len(owed), self._page):
            part = owed[start : start + self._page]
            up_to = until if start + self._page >= len(owed) else part[-1].position
            if not await self._ledger.owe(subscriber.tenant, subscriber.name, part, after=after, up_to=up_to):
                return (await self._ledger.planned(subscriber.tenant))[subscriber.name]
            after = up_to
            self._wake(subscriber.tenant)
        if after < until:
            await self._ledger.owe(subscriber.tenant, subscriber.name, [], after=after, up_to=until)
        return (await self._ledger.planned(subscriber.tenant))[subscriber.name]


def _runs(chunk: Sequence[Entry[DossierEvent]]) -> list[Sequence[Entry[DossierEvent]]]:
    """The chunk cut so that an event which says that its dossier was absorbed is the first of its run."""
    cuts = [
        index
        for index, entry in enumerate(chunk)
        if index and entry.event.state is not None and entry.event.state.merged_into is not None
    ]
    return [chunk[start:end] for start, end in zip([0, *cuts], [*cuts, len(chunk)], strict=True)]
