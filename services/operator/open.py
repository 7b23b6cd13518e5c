"""What a command needs of the running system, opened for the time of the command."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from services.event_store.postgres import PostgresEventStore
from services.operator.errors import Away
from services.operator.settings import OperatorSettings
from services.runtime.postgres import open_pool, reachable

if TYPE_CHECKING:
    from asyncpg import Pool, Record


@dataclass(frozen=True, slots=True)
class Database:
    """A pool as the operator's role, and the store on it."""

    pool: Pool[Record]
    store: PostgresEventStore


@asynccontextmanager
async def open_database(settings: OperatorSettings) -> AsyncIterator[Database]:
    """Connect and make sure that somebody answers. Raises Away."""
    async with open_pool(settings.postgres_dsn, name="khop", size_max=4) as pool:
        reason = await reachable(pool)
        if reason is not None:
            raise Away(f"{reason}; is the system running? `make up` starts it")
        yield Database(pool, PostgresEventStore(pool, dsn=settings.postgres_dsn))
