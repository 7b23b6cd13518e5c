"""How far each reader of the log got, on PostgreSQL, and being the only one who reads for it."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING

from services.event_store.holds import Holds
from services.event_store.port import OtherGeneration, StoreUnavailable
from services.event_store.statements import STATEMENTS, Statements
from services.runtime.database import translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class PostgresCheckpoints:
    """Checkpoints through a pool; `dsn` is for the connection of their own that holds need."""

    def __init__(self, pool: Pool[Record], *, dsn: str, statements: Statements = STATEMENTS) -> None:
        self._pool = pool
        self._sql = statements
        self._holds = Holds(dsn, statements)

    async def get(self, reader: str, tenant: str) -> int:
        with translated(StoreUnavailable):
            row = await self._pool.fetchrow(self._sql.checkpoint, reader, tenant)
        return 0 if row is None else _position(row, reader, tenant)

    async def all(self, reader: str) -> dict[str, int]:
        with translated(StoreUnavailable):
            rows = await self._pool.fetch(self._sql.checkpoints, reader)
        return {row["tenant"]: _position(row, reader, row["tenant"]) for row in rows}

    async def advance(self, reader: str, tenant: str, position: int) -> None:
        with translated(StoreUnavailable):
            done = await self._pool.execute(self._sql.advance, reader, tenant, position)
        if done == "INSERT 0 0":
            await self.get(reader, tenant)  # it was as high already, or it is one in another log: then this raises

    def hold(self, reader: str, tenant: str) -> AbstractAsyncContextManager[bool]:
        return self._holds.hold(f"{reader}/{tenant}")


def _position(row: Record, reader: str, tenant: str) -> int:
    if row["generation"] != row["present"]:
        raise OtherGeneration(
            f"{reader} got to position {row['position']} of {tenant} in another generation of the log:"
            " it was restored since; judge what was lost, then SELECT log.accept_generation()"
        )
    return int(row["position"])
