"""Observations become events: one transaction a tenant, alone in it, known ids dropped, positions without a gap."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from typing import Any, TypeVar

from contracts.observations import Observation
from services.domain.decide import decide, touched
from services.domain.decision import Decision
from services.event_store.port import EventStore, LostTenant
from services.messaging.port import Poisoned, Received, Transient
from services.recorder.append import append, recording_time
from services.recorder.decode import decode
from services.recorder.load import load_connections, load_dossiers
from services.recorder.remembered import Remembered
from services.runtime.clock import Clock

DOSSIERS_REMEMBERED_MAX = 4_000
TENANTS_AT_ONCE_MAX = 4

Answer = TypeVar("Answer")
Made = TypeVar("Made")


class Recorder:
    """A batch handler. The offset is committed after it returns, so what it did may come again and is then known."""

    def __init__(
        self,
        *,
        store: EventStore,
        clock: Clock,
        dossiers_max: int = DOSSIERS_REMEMBERED_MAX,
    ) -> None:
        self._store = store
        self._clock = clock
        self.configured = asyncio.Event()
        """Set when a tenant's configuration changed, so that its dossiers may have to be restated."""
        self._dossiers_max = dossiers_max
        self._tenants: dict[str, Remembered] = {}
        self._turns = asyncio.Semaphore(TENANTS_AT_ONCE_MAX)

    def remembered(self, tenant: str) -> Remembered:
        """What this process remembers of a tenant."""
        found = self._tenants.get(tenant)
        if found is None:
            found = self._tenants[tenant] = Remembered(self._dossiers_max)
        return found

    async def handle(self, records: Sequence[Received]) -> Sequence[Poisoned]:
        """Record a batch and name what could not be read.

        Raises StoreUnavailable, Transient: not every tenant's share is recorded; the same batch may come again.
        """
        by_tenant, poisoned = decode(records)
        work = [self._record(tenant, observations) for tenant, observations in by_tenant.items()]
        for outcome in await asyncio.gather(*work, return_exceptions=True):
            if isinstance(outcome, BaseException):
                raise outcome
        return poisoned

    async def _record(self, tenant: str, observations: Sequence[Observation]) -> None:
        remembered = self.remembered(tenant)
        async with self._turns, remembered.turn:
            try:
                decision = await self._decide_and_append(tenant, observations, remembered)
            except BaseException as error:
                # What was kept before the commit may never have been committed.
                remembered.forget()
                if isinstance(error, LostTenant):
                    raise Transient(str(error)) from error
                raise
            if decision is not None and decision.restate:
                self.configured.set()

    async def _decide_and_append(
        self, tenant: str, observations: Sequence[Observation], remembered: Remembered
    ) -> Decision | None:
        async with self._store.writer(tenant) as writer:
            remembered.enter(writer.last_position)
            ids = [observation.id for observation in observations]
            known, wanted = await _meanwhile(writer.known(ids), partial(touched, observations))
            new = observations
            if known:
                new = [one for one in observations if one.id not in known]
                wanted = touched(new)
            if not new:
                return None
            if remembered.connections is None:
                remembered.connections = await load_connections(writer)
            codes, held = await load_dossiers(writer, remembered, new, wanted, remembered.connections)
            decision = decide(
                new,
                tenant=tenant,
                known=known,
                last_position=writer.last_position,
                recorded_at=recording_time(self._clock, writer),
                codes=codes,
                held=held,
                connections=remembered.connections,
            )
            await _meanwhile(append(writer, decision), partial(remembered.keep, decision))
        return decision


async def _meanwhile(asked: Coroutine[Any, Any, Answer], work: Callable[[], Made]) -> tuple[Answer, Made]:
    """Ask the store, and do this before it answers: else the processor and the store wait for each other.

    Both are over when this returns or raises.
    """
    answer, made = await asyncio.gather(asked, _soon(work), return_exceptions=True)
    if isinstance(answer, BaseException):
        raise answer
    if isinstance(made, BaseException):
        raise made
    return answer, made


async def _soon(work: Callable[[], Made]) -> Made:
    await asyncio.sleep(0)  # what the store is asked for goes out first
    return work()
