"""Bugs that such systems really have, planted on purpose: a simulation that passes them proves nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from datetime import date
from typing import Any
from unittest.mock import patch
from uuid import UUID

from contracts.dossier_events import DossierEvent
from contracts.observations import Observation
from services.deliveries.memory import MemoryLedger
from services.deliveries.port import Lease
from services.domain.decision import Decision
from services.domain.dossier import Segment
from services.event_store.memory import MemoryEventStore, MemoryTenantWriter
from services.messaging.memory import MemoryBroker
from services.messaging.port import Poisoned, Received
from services.projections.known import Change, differing
from services.recorder.record import Recorder
from services.runtime.unavailable import DatabaseUnavailable


@contextmanager
def commit_before_write() -> Iterator[None]:
    """Offsets are committed when records are fetched, as an automatic commit does."""
    fetch = MemoryBroker.fetch

    async def mutant(self: MemoryBroker, member: Any, batch_max: int) -> list[Received]:
        batch = await fetch(self, member, batch_max)
        await self.commit(member, {(record.topic, record.partition): record.offset + 1 for record in batch})
        return batch

    with patch.object(MemoryBroker, "fetch", mutant):
        yield


@contextmanager
def position_before_lock() -> Iterator[None]:
    """The last position is read first, and then the writer waits for its turn."""

    @asynccontextmanager
    async def mutant(self: MemoryEventStore, tenant: str) -> AsyncIterator[MemoryTenantWriter]:
        writer = MemoryTenantWriter(tenant, self._logs[tenant])
        await asyncio.sleep(0.05)  # virtual: the answer's way back, and the next question's there
        async with self._turns[tenant]:
            yield writer
            for events, identity in writer.staged:
                self._logs[tenant].write(events, identity)

    with patch.object(MemoryEventStore, "writer", mutant):
        yield


@contextmanager
def ack_on_error() -> Iterator[None]:
    """An error is logged and the batch counts as done."""
    handle = Recorder.handle

    async def mutant(self: Recorder, records: Sequence[Received]) -> Sequence[Poisoned]:
        try:
            return await handle(self, records)
        except DatabaseUnavailable:
            return []

    with patch.object(Recorder, "handle", mutant):
        yield


@contextmanager
def drop_a_revision() -> Iterator[None]:
    """An act is told apart by its key alone, so that what a source says of it later is taken for a repetition."""
    from services.recorder import record

    decide: Callable[..., Decision] = record.decide

    def mutant(observations: Sequence[Observation], *, known: Collection[UUID], **named: Any) -> Decision:
        return decide([one for one in observations if one.revision is None], known=known, **named)

    with patch.object(record, "decide", mutant):
        yield


@contextmanager
def reorder_in_delivery() -> Iterator[None]:
    """The newest of a dossier's deliveries goes first."""
    lease = MemoryLedger.lease

    async def mutant(self: MemoryLedger, **named: Any) -> list[Lease]:
        return [replace(each, owed=each.owed[::-1]) for each in await lease(self, **named)]

    with patch.object(MemoryLedger, "lease", mutant):
        yield


@contextmanager
def echo_to_the_origin() -> Iterator[None]:
    """Whoever is subscribed gets every change, its own as well."""

    def mutant(event: DossierEvent, system: str) -> bool:
        return event.state is not None and bool(event.changed)

    with patch("services.deliverer.planner.concerns", mutant):
        yield


@contextmanager
def add_and_never_subtract() -> Iterator[None]:
    """What a dossier counted for before it moved is left in the flows of the day."""

    def mutant(changes: Sequence[Change], **named: Any) -> Iterator[tuple[date, Sequence[Segment], Sequence[Segment]]]:
        return ((since, (), new) for since, _, new in differing(changes, **named))

    with patch("services.projections.agency_day.differing", mutant):
        yield


MUTANTS = {
    mutant.__name__: mutant
    for mutant in (
        commit_before_write,
        position_before_lock,
        ack_on_error,
        drop_a_revision,
        reorder_in_delivery,
        echo_to_the_origin,
        add_and_never_subtract,
    )
}
