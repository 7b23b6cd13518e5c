"""Every test of this folder runs on each adapter of the read models."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest
import pytest_asyncio

from services.event_store.memory import MemoryEventStore
from services.projections.memory import MemoryReadModels
from services.projections.port import ReadModels
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool
from tests.unit.projections.made_log import MadeLog


@pytest.fixture
def memory() -> ReadModels:
    return MemoryReadModels()


@pytest_asyncio.fixture
async def postgres(postgres_dsn: str, as_role: Callable[[str, str], str]) -> AsyncIterator[ReadModels]:
    """On PostgreSQL as the projector's own role."""
    async with open_pool(as_role(postgres_dsn, "khop_projector"), name="test", size_max=8) as pool:
        yield PostgresReadModels(pool)


@pytest.fixture(params=["memory", "postgres"])
def models(request: pytest.FixtureRequest) -> ReadModels:
    """An empty adapter."""
    return request.getfixturevalue(request.param)  # type: ignore[no-any-return]


@pytest.fixture
def store_of() -> Callable[[MadeLog], Awaitable[MemoryEventStore]]:
    """An event store that holds a log made by hand."""

    async def make(log: MadeLog) -> MemoryEventStore:
        store = MemoryEventStore()
        async with store.writer(log.tenant) as writer:
            await writer.append(log.stored(), log.identity())
        return store

    return make
