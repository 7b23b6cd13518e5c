"""The write side on PostgreSQL: one transaction alone in one tenant, its positions given under the tenant's lock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import asyncpg

from services.domain.decision import Entry
from services.event_store import rows
from services.event_store.port import (
    AlreadyRecorded,
    Conflict,
    IdentityChange,
    LostTenant,
    StoredEvent,
    StoreUnavailable,
)
from services.event_store.sequence import require_next
from services.event_store.statements import Statements
from services.runtime.database import is_away, reason, translated

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    AnyConnection: TypeAlias = Connection[Record] | PoolConnectionProxy[Record]

_DRIVER_ERRORS = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
_COLUMNS = StoredEvent._fields
_PIECE = 250
"""Events sent together."""
_BREATH = 25
"""Events made before what was sent is looked after again."""


@asynccontextmanager
async def enter(
    pool: Pool[Record], tenant: str, *, statements: Statements, idle_timeout_s: float, lock_timeout_s: float
) -> AsyncIterator[PostgresTenantWriter]:
    """One transaction in one tenant: committed at the block's end, rolled back if the block raises.

    Raises StoreUnavailable, LostTenant.
    """
    with translated(StoreUnavailable):
        connection = await pool.acquire()
    try:
        with translated(StoreUnavailable):
            # A writer that sleeps longer than this is thrown out by the server, which frees the tenant for the next.
            await connection.execute(
                "BEGIN ISOLATION LEVEL READ COMMITTED;"
                f" SET LOCAL idle_in_transaction_session_timeout = {round(idle_timeout_s * 1000)};"
                f" SET LOCAL lock_timeout = {round(lock_timeout_s * 1000)}"
            )
            writer = await _inside(connection, tenant, statements)
        yield writer
        if writer.failed:
            raise Conflict(f"{tenant}: an append of this transaction had failed; nothing was written")
        await _commit(connection, tenant)
    except BaseException:
        await _roll_back(connection)
        raise
    finally:
        await _release(pool, connection)


async def _inside(connection: AnyConnection, tenant: str, statements: Statements) -> PostgresTenantWriter:
    # The reader that skips: were a position given before this lock is held, a slower transaction could commit a lower
    # position after a reader went past it, and that event would be lost to this reader for ever. So the lock comes
    # first and PostgreSQL frees it only once the commit is visible: every reader sees a prefix of the log.
    # Two statements on purpose: a statement's snapshot is taken before it waits for the lock, so one that did both
    # would wait for the writer before it and then read the log as it was without that writer's events.
    await connection.execute(statements.lock_tenant, tenant)
    last = await connection.fetchrow(statements.last_event, tenant)
    return PostgresTenantWriter(
        connection,
        statements,
        tenant=tenant,
        last_position=0 if last is None else last["position"],
        last_recorded_at=None if last is None else last["recorded_at"],
    )


class PostgresTenantWriter:
    """What the holder of the tenant's lock can read and write."""

    def __init__(
        self,
        connection: AnyConnection,
        statements: Statements,
        *,
        tenant: str,
        last_position: int,
        last_recorded_at: datetime | None,
    ) -> None:
        self._connection = connection
        self._sql = statements
        self.tenant = tenant
        self.last_position = last_position
        self.last_recorded_at = last_recorded_at
        self.failed = False

    async def known(self, ids: Collection[UUID]) -> set[UUID]:
        return {row["id"] for row in await self._fetch(self._sql.known, list(ids))} if ids else set()

    async def entries(
        self, codes: Collection[tuple[str, str]]
    ) -> tuple[dict[tuple[str, str], UUID], dict[UUID, Entry]]:
        if not codes:
            return {}, {}
        systems, written = [system for system, _ in codes], [code for _, code in codes]
        found = await self._fetch(self._sql.entries_of_codes, systems, written)
        holders = {(row["system"], row["code"]): row["dossier"] for row in found}
        return holders, {row["dossier"]: rows.entry(row) for row in found}

    async def events_of(self, dossiers: Collection[UUID]) -> list[StoredEvent]:
        return rows.events(self.tenant, await self._fetch(self._sql.events_of, list(dossiers))) if dossiers else []

    async def tenant_events(self, *, types: Collection[str] | None = None) -> list[StoredEvent]:
        wanted = None if types is None else list(types)
        return rows.events(self.tenant, await self._fetch(self._sql.tenant_events, wanted))

    async def dossiers_after(self, after: UUID | None, limit: int) -> list[Entry]:
        return [rows.entry(row) for row in await self._fetch(self._sql.dossiers_after, after or UUID(int=0), limit)]

    async def append(self, events: Iterable[StoredEvent], identity: IdentityChange) -> None:
        self.failed = True
        with _losing(self.tenant):
            try:
                await self._append(iter(events), identity)
            except asyncpg.UniqueViolationError as error:
                if error.constraint_name == "events_id":
                    raise AlreadyRecorded(f"{self.tenant}: {error.detail}") from error
                raise Conflict(f"{self.tenant}: {error}: {error.detail}") from error
        self.failed = False

    async def _append(self, events: Iterator[StoredEvent], identity: IdentityChange) -> None:
        # The server works on one piece while the next one is made: else each waits for the other, a seventh of all the
        # recorder's time.
        working = asyncio.create_task(self._change_identity(identity))
        try:
            while piece := await _next_piece(events):
                require_next(
                    piece, tenant=self.tenant, last_position=self.last_position, last_recorded_at=self.last_recorded_at
                )
                await working
                working = asyncio.create_task(self._copy(piece))
                self.last_position, self.last_recorded_at = piece[-1].position, piece[-1].recorded_at
            await working
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)

    async def _copy(self, events: Sequence[StoredEvent]) -> None:
        await self._connection.copy_records_to_table("events", schema_name="log", columns=_COLUMNS, records=events)

    async def _change_identity(self, change: IdentityChange) -> None:
        codes, dossiers = change.codes, change.dossiers
        await self._connection.execute(
            self._sql.change_identity,
            self.tenant,
            [system for system, _ in codes],
            [code for _, code in codes],
            list(codes.values()),
            [one.dossier for one in dossiers],
            # An array of arrays would have to be a rectangle, so each lineage travels as one literal.
            ["{" + ",".join(map(str, one.lineage)) + "}" for one in dossiers],
            [one.merged_into for one in dossiers],
        )

    async def _fetch(self, statement: str, *arguments: Any) -> list[Record]:
        with _losing(self.tenant):
            return list(await self._connection.fetch(statement, self.tenant, *arguments))


async def _next_piece(events: Iterator[StoredEvent]) -> list[StoredEvent]:
    piece: list[StoredEvent] = []
    while len(piece) < _PIECE and (some := list(islice(events, _BREATH))):
        piece += some
        await asyncio.sleep(0)  # what was written before goes out
    return piece


@contextmanager
def _losing(tenant: str) -> Iterator[None]:
    # Before the commit, whatever takes the connection takes the whole transaction.
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise LostTenant(f"{tenant}: {reason(error)}; nothing was written") from error
        raise


async def _commit(connection: AnyConnection, tenant: str) -> None:
    if _is_gone(connection):
        raise LostTenant(f"{tenant}: the connection was lost before the commit; nothing was written")
    try:
        done = await connection.execute("COMMIT")
    except Exception as error:
        # The server's last words reach us as their own error or inside the driver's "connection was closed".
        if "idle-in-transaction" in str(error):
            raise LostTenant(f"{tenant}: the writer slept for too long; nothing was written") from error
        if is_away(error):
            # Nobody can say whether the commit arrived; the ids of what was appended will tell the next writer.
            raise StoreUnavailable(f"{tenant}: {reason(error)} at the commit") from error
        raise
    if done != "COMMIT":
        # PostgreSQL answers a commit after a failed statement (a read of the caller's) with a roll-back and no error.
        raise Conflict(f"{tenant}: a statement of this transaction had failed; nothing was written")


def _is_gone(connection: AnyConnection) -> bool:
    try:
        return connection.is_closed()
    except asyncpg.InterfaceError:
        return True  # the pool took it back when it was lost


async def _roll_back(connection: AnyConnection) -> None:
    try:
        if not _is_gone(connection) and connection.is_in_transaction():
            await connection.execute("ROLLBACK")
    except _DRIVER_ERRORS:
        # A connection that cannot roll back is cut, and its transaction dies with it. What made the block fail is the
        # error to tell.
        with suppress(asyncpg.InterfaceError):
            connection.terminate()


async def _release(pool: Pool[Record], connection: PoolConnectionProxy[Record]) -> None:
    # The block has its answer already; the pool itself throws away a connection that it cannot make fresh again.
    with suppress(*_DRIVER_ERRORS):
        await pool.release(connection)
