"""The ledger on PostgreSQL."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from services.deliveries import freeing
from services.deliveries.history import told
from services.deliveries.port import Attempt, Lease, Owed, Subscriber
from services.deliveries.statements import STATEMENTS, Statements
from services.runtime.clock import Clock, SystemClock
from services.runtime.database import translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record
    from asyncpg.pool import PoolConnectionProxy

Settled = tuple[Lease, Sequence[Attempt]]


class PostgresLedger:
    """Raises DatabaseUnavailable from every call. `clock` says when something was owed."""

    def __init__(self, pool: Pool[Record], *, clock: Clock | None = None, statements: Statements = STATEMENTS) -> None:
        self._pool = pool
        self._clock = clock or SystemClock()
        self._sql = statements

    async def subscribers(self, tenant: str | None = None) -> list[Subscriber]:
        return [
            Subscriber(
                tenant=row["tenant"],
                name=row["name"],
                kind=row["kind"],
                start=row["start"],
                settings=json.loads(row["settings"]),
                paused=row["paused"],
            )
            for row in await self._fetch(self._sql.subscribers, tenant)
        ]

    async def subscribe(self, subscriber: Subscriber, *, from_position: int) -> bool:
        return await self._execute(
            self._sql.subscribe,
            *(subscriber.tenant, subscriber.name, subscriber.kind, subscriber.start),
            *(json.dumps(subscriber.settings), subscriber.paused, from_position),
        )

    async def pause(self, tenant: str, subscriber: str, *, paused: bool) -> bool:
        return await self._execute(self._sql.pause, tenant, subscriber, paused)

    async def planned(self, tenant: str) -> dict[str, int]:
        return {row["name"]: row["planned"] for row in await self._fetch(self._sql.planned, tenant)}

    async def owe(self, tenant: str, subscriber: str, owed: Sequence[Owed], *, after: int, up_to: int) -> bool:
        with translated():
            written = await self._pool.fetch(self._sql.owe, tenant, subscriber, after, up_to, *self._columns(owed))
        return bool(written)

    async def owe_repair(self, owed: Owed) -> bool:
        async with self._transaction() as connection:
            # The lock first, in a statement of its own, so that the next one sees what another instance just wrote.
            planned = await connection.fetchval(self._sql.lock_subscriber, owed.tenant, owed.subscriber)
            if planned is None or await connection.fetchval(
                self._sql.repair_is_open, owed.tenant, owed.subscriber, owed.dossier, owed.position, owed.repair
            ):
                return False
            written = await connection.fetch(
                self._sql.owe, owed.tenant, owed.subscriber, planned, planned, *self._columns([owed])
            )
            return bool(written)

    async def lease(
        self, *, now: datetime, lease_s: float, dossiers_max: int, owed_max: int, tenant: str, subscriber: str
    ) -> list[Lease]:
        until = now + timedelta(seconds=lease_s)
        lanes = await self._fetch(self._sql.take_lanes, tenant, subscriber, now, until, dossiers_max)
        if not lanes:
            return []
        if lost := [lane for lane in lanes if lane["ran_out"]]:
            await self._execute(
                self._sql.doubt,
                *(tenant, subscriber),
                *([lane["dossier"] for lane in lost], [lane["doubtful_through"] for lane in lost]),
            )
        waiting: defaultdict[UUID, list[Owed]] = defaultdict(list)
        for row in await self._fetch(
            self._sql.leased_deliveries,
            *(tenant, subscriber),
            *([lane["dossier"] for lane in lanes], [lane["lease_through"] for lane in lanes]),
            *(owed_max, now),
        ):
            dossier, number, position, repair, attempts, creates, doubtful, rejections = row
            waiting[dossier].append(
                Owed(tenant, subscriber, number, dossier, position, repair, attempts, creates, doubtful, rejections)
            )
        leases = [
            Lease(tenant, subscriber, lane["dossier"], lane["lease_token"], until, tuple(waiting[lane["dossier"]]))
            for lane in sorted(lanes, key=lambda lane: (lane["waiting_since"], lane["lease_through"]))
        ]
        if empty := [lease for lease in leases if not lease.owed]:
            # What a merge left behind when its lease ran out: given back at once, which forgets it.
            await self.settle_many([(lease, ()) for lease in empty], now=now)
        return [lease for lease in leases if lease.owed]

    async def settle(self, lease: Lease, attempts: Sequence[Attempt], *, now: datetime) -> bool:
        return await self.settle_many([(lease, attempts)], now=now) == 1

    async def settle_many(self, leases: Sequence[Settled], *, now: datetime) -> int:
        lines: defaultdict[tuple[str, str], dict[UUID, Settled]] = defaultdict(dict)
        for lease, attempts in leases:
            lines[lease.tenant, lease.subscriber][lease.dossier] = lease, attempts
        if not lines:
            return 0
        async with self._transaction() as connection:
            return sum([await self._settle_line(connection, line, of, now) for line, of in sorted(lines.items())])

    async def _settle_line(
        self,
        connection: PoolConnectionProxy[Record],
        line: tuple[str, str],
        settled: dict[UUID, Settled],
        now: datetime,
    ) -> int:
        tokens = [lease.token for lease, _ in settled.values()]
        held = await connection.fetch(self._sql.hold_lanes, *line, list(settled), tokens)
        if not held:
            return 0
        if moved := [merged_into for _, merged_into in held if merged_into is not None]:
            await connection.execute(self._sql.lock_queues, *line, moved)
        tried = [
            (merged_into or dossier, attempt.number, attempt.outcome, attempt.detail)
            for dossier, merged_into in held
            for attempt in settled[dossier][1]
        ]
        if tried:
            await connection.execute(self._sql.write_attempts, *line, *zip(*tried, strict=True), now)
        freed = [freeing.after(settled[dossier][1], now=now) for dossier, _ in held]
        await connection.execute(
            self._sql.free_lanes,
            *line,
            [dossier for dossier, _ in held],
            [each.next_at for each in freed],
            [each.parked_reason for each in freed],
            now,
        )
        return len(held)

    async def open_dossiers(self, tenant: str, subscriber: str, dossiers: Collection[UUID]) -> set[UUID]:
        found = await self._fetch(self._sql.open_dossiers, tenant, subscriber, list(dossiers))
        return {row["dossier"] for row in found}

    async def move_open(self, tenant: str, subscriber: str, absorbed: UUID, survivor: UUID) -> None:
        line = (tenant, subscriber)
        # Most merges find nothing open: one look, and no transaction for those.
        [found] = await self._fetch(self._sql.has_queue, *line, absorbed)
        if not found[0]:
            return
        async with self._transaction() as connection:
            await connection.execute(self._sql.lock_followers, *line, absorbed)
            await connection.execute(self._sql.lock_queues, *line, [absorbed, survivor])
            await connection.execute(self._sql.move_open, *line, absorbed, survivor, self._clock.now())

    async def open_creation(self, tenant: str, subscriber: str) -> int | None:
        [row] = await self._fetch(self._sql.open_creation, tenant, subscriber)
        return None if row[0] is None else int(row[0])

    async def parked(self, tenant: str, subscriber: str, limit: int) -> list[tuple[UUID, str, datetime]]:
        found = await self._fetch(self._sql.parked, tenant, subscriber, limit)
        return [(row["dossier"], row["parked_reason"], row["parked_at"]) for row in found]

    async def unpark(self, tenant: str, subscriber: str, dossier: UUID) -> bool:
        return await self._execute(self._sql.unpark, tenant, subscriber, dossier, self._clock.now())

    async def history(self, tenant: str, dossiers: Collection[UUID]) -> list[dict[str, object]]:
        owed = await self._fetch(self._sql.history, tenant, list(dossiers))
        keys = [row["subscriber"] for row in owed], [row["number"] for row in owed]
        attempts: defaultdict[tuple[str, int], list[dict[str, object]]] = defaultdict(list)
        for row in await self._fetch(self._sql.attempts_of, tenant, *keys):
            attempts[row["subscriber"], row["number"]].append(
                {"outcome": row["outcome"], "detail": row["detail"], "at": row["at"]}
            )
        return [told(dict(row), attempts[row["subscriber"], row["number"]]) for row in owed]

    async def counts(self) -> list[dict[str, object]]:
        return [dict(row) for row in await self._fetch(self._sql.counts)]

    async def stranded(self, *, limit: int = 100) -> list[dict[str, object]]:
        """Deliveries that are open in no queue, so that nobody would ever send them; must be empty."""
        return [dict(row) for row in await self._fetch(self._sql.check_lanes, limit)]

    def _columns(self, owed: Sequence[Owed]) -> tuple[object, ...]:
        return (
            [each.dossier for each in owed],
            [each.position for each in owed],
            [each.repair for each in owed],
            [each.creates for each in owed],
            self._clock.now(),
        )

    async def _fetch(self, statement: str, *arguments: Any) -> list[Record]:
        with translated():
            return list(await self._pool.fetch(statement, *arguments))

    async def _execute(self, statement: str, *arguments: Any) -> bool:
        """Run a statement and say whether it touched a row."""
        with translated():
            return not (await self._pool.execute(statement, *arguments)).endswith(" 0")

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[PoolConnectionProxy[Record]]:
        with translated():
            async with self._pool.acquire() as connection, connection.transaction():
                yield connection
