"""An operator's terminal before a small office whose log goes on while reports are printed."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable

import pytest_asyncio

from services.event_store.postgres import PostgresEventStore
from services.projections.keep import Keeper
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool
from tests.integration.operator.test_setting_aside import Terminal
from tests.integration.projections.test_commands import winter


class Office:
    """A terminal, and a log behind it that can go on."""

    def __init__(self, khop: Terminal, store: PostgresEventStore, keeper: Keeper) -> None:
        self.khop = khop
        self.log = winter()
        self._store = store
        self._keeper = keeper

    async def record(self) -> None:
        """What was said and is not recorded yet."""
        async with self._store.writer(self.log.tenant) as writer:
            await writer.append(self.log.stored()[writer.last_position :], self.log.identity())
        await self._keeper.catch_up(self.log.tenant, up_to=len(self.log.events))


@pytest_asyncio.fixture
async def office(postgres_dsn: str, as_role: Callable[[str, str], str]) -> AsyncIterator[Office]:
    async with open_pool(postgres_dsn, name="test") as pool:
        store = PostgresEventStore(pool, dsn=postgres_dsn)
        made = Office(
            Terminal(as_role(postgres_dsn, "khop_operator"), "127.0.0.1:1"),
            store,
            Keeper(store, PostgresReadModels(pool)),
        )
        await made.record()
        yield made
