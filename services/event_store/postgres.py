"""The event store on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.domain.decision import Entry, Identity
from services.event_store import listening, postgres_writer, rows
from services.event_store.port import StoredEvent, StoreUnavailable
from services.event_store.postgres_writer import PostgresTenantWriter
from services.event_store.statements import STATEMENTS, Statements
from services.runtime.database import translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class PostgresEventStore:
    """Reads and writes through a pool; `dsn` is for the connection of its own that listening needs.

    Both must lead to the primary itself: a replica shows an older log, and a pooler in transaction mode breaks LISTEN.
    """

    def __init__(
        self,
        pool: Pool[Record],
        *,
        dsn: str,
        statements: Statements = STATEMENTS,
        idle_timeout_s: float = 10.0,
        lock_timeout_s: float = 20.0,
    ) -> None:
        self._pool = pool
        self._dsn = dsn
        self._sql = statements
        self._idle_timeout_s = idle_timeout_s
        self._lock_timeout_s = lock_timeout_s

    def writer(self, tenant: str) -> AbstractAsyncContextManager[PostgresTenantWriter]:
        return postgres_writer.enter(
            self._pool,
            tenant,
            statements=self._sql,
            idle_timeout_s=self._idle_timeout_s,
            lock_timeout_s=self._lock_timeout_s,
        )

    async def read(self, tenant: str, *, after: int, limit: int) -> list[StoredEvent]:
        return rows.events(tenant, await self._fetch(self._sql.read_page, tenant, after, limit))

    async def at(self, tenant: str, positions: Collection[int]) -> list[StoredEvent]:
        return rows.events(tenant, await self._fetch(self._sql.at_positions, tenant, list(positions)))

    async def head(self, tenant: str) -> int:
        [row] = await self._fetch(self._sql.head, tenant)
        return int(row[0])

    async def heads(self) -> dict[str, int]:
        return {row["tenant"]: row["position"] for row in await self._fetch(self._sql.heads)}

    async def events_of(self, tenant: str, dossiers: Collection[UUID]) -> list[StoredEvent]:
        return rows.events(tenant, await self._fetch(self._sql.events_of, tenant, list(dossiers)))

    async def find(self, tenant: str, system: str, code: str) -> Entry | None:
        found = await self._fetch(self._sql.find, tenant, system, code)
        return rows.entry(found[0]) if found else None

    async def find_code(self, code: str) -> list[tuple[str, str, UUID]]:
        found = await self._fetch(self._sql.find_code, code)
        return [(row["tenant"], row["system"], row["dossier"]) for row in found]

    async def entries(self, tenant: str, dossiers: Collection[UUID]) -> dict[UUID, Entry]:
        found = await self._fetch(self._sql.entries, tenant, list(dossiers))
        return {row["dossier"]: rows.entry(row) for row in found}

    async def linked_after(self, tenant: str, after: UUID | None, limit: int) -> list[Identity]:
        found = await self._fetch(self._sql.linked_after, tenant, after or UUID(int=0), limit)
        return [rows.identity(row) for row in found]

    async def tenant_events(self, tenant: str, *, types: Collection[str] | None = None) -> list[StoredEvent]:
        wanted = None if types is None else list(types)
        return rows.events(tenant, await self._fetch(self._sql.tenant_events, tenant, wanted))

    async def position_at(self, tenant: str, moment: datetime) -> int:
        [row] = await self._fetch(self._sql.position_at, tenant, moment)
        return int(row[0])

    async def generation(self) -> UUID:
        [row] = await self._fetch(self._sql.generation)
        return UUID(int=row["id"].int)

    async def gaps(self, *, tail: int | None = None) -> dict[str, str]:
        """Tenants whose log lacks a position or has a recorded_at that falls, each with what was seen; must be empty.

        `tail` looks at that many last positions only: a whole log of 100 M events takes minutes.
        """
        found = await self._fetch(self._sql.check_no_gap, tail)
        return {
            row["tenant"]: f"{row['events']} events to position {row['head']}, recorded_at falls {row['falls']} times"
            for row in found
        }

    def listen(self, timeout_s: float) -> AsyncIterator[str | None]:
        return listening.listen(self._dsn, timeout_s)

    async def _fetch(self, statement: str, *arguments: Any) -> list[Record]:
        with translated(StoreUnavailable):
            return list(await self._pool.fetch(statement, *arguments))
