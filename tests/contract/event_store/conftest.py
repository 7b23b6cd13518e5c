"""The adapters that must keep the store's promises, each with a second instance on the same data."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass

import pytest
import pytest_asyncio

from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.memory import MemoryEventStore
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.event_store.port import Checkpoints, EventStore
from services.event_store.postgres import PostgresEventStore
from services.runtime.postgres import open_pool


@dataclass(frozen=True, slots=True)
class Adapter:
    """What two processes have of one store; in memory both are the same object, as in a simulation."""

    store: EventStore
    twin: EventStore
    checkpoints: Checkpoints
    twin_checkpoints: Checkpoints


@pytest.fixture
def memory() -> Adapter:
    store = MemoryEventStore()
    checkpoints = MemoryCheckpoints(store)
    return Adapter(store, store, checkpoints, checkpoints)


@pytest_asyncio.fixture
async def postgres(postgres_dsn: str) -> AsyncIterator[Adapter]:
    async with AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(open_pool(postgres_dsn, name="test")) for _ in range(2)]
        first, second = (PostgresEventStore(pool, dsn=postgres_dsn) for pool in pools)
        kept, kept_by_twin = (PostgresCheckpoints(pool, dsn=postgres_dsn) for pool in pools)
        yield Adapter(first, second, kept, kept_by_twin)


@pytest.fixture(params=["memory", "postgres"])
def adapter(request: pytest.FixtureRequest) -> Adapter:
    found = request.getfixturevalue(request.param)
    assert isinstance(found, Adapter)
    return found


@pytest.fixture
def store(adapter: Adapter) -> EventStore:
    return adapter.store
