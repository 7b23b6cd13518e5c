"""Checkpoints in memory, for simulation and tests."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID

from services.event_store.memory import MemoryEventStore
from services.event_store.port import OtherGeneration


class MemoryCheckpoints:
    """Positions that survive a simulated process, not this one; `store` says which generation they belong to."""

    def __init__(self, store: MemoryEventStore) -> None:
        self._store = store
        self._positions: defaultdict[str, dict[str, tuple[int, UUID]]] = defaultdict(dict)
        self._held: set[tuple[str, str]] = set()

    async def get(self, reader: str, tenant: str) -> int:
        return (await self.all(reader)).get(tenant, 0)

    async def all(self, reader: str) -> dict[str, int]:
        present = await self._store.generation()
        for tenant, (position, generation) in self._positions[reader].items():
            if generation != present:
                raise OtherGeneration(
                    f"{reader} got to position {position} of {tenant} in another generation of the log"
                )
        return {tenant: position for tenant, (position, _) in self._positions[reader].items()}

    async def advance(self, reader: str, tenant: str, position: int) -> None:
        if position > await self.get(reader, tenant):
            self._positions[reader][tenant] = (position, await self._store.generation())

    @asynccontextmanager
    async def hold(self, reader: str, tenant: str) -> AsyncIterator[bool]:
        key = (reader, tenant)
        if key in self._held:
            yield False
            return
        self._held.add(key)
        try:
            yield True
        finally:
            self._held.discard(key)
