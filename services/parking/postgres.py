"""The parking lot and the quarantine on PostgreSQL."""

from __future__ import annotations

import builtins
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.parking.port import Parked, ParkedState, Quarantined
from services.parking.statements import STATEMENTS
from services.runtime.database import translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record


class PostgresParkingLot:
    """Raises DatabaseUnavailable from every call."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def park(self, records: Sequence[Parked]) -> None:
        columns = [
            (
                *(each.topic, each.partition, each.offset, each.group),
                *(each.key, each.value, each.reason, each.attempts, each.parked_at, each.tenant),
            )
            for each in records
        ]
        if columns:
            await _execute(self._pool, STATEMENTS.park, *zip(*columns, strict=True))

    async def starts(self, *, topic: str, partition: int, group: str, first_offset: int, last_offset: int) -> int:
        alone = first_offset == last_offset
        with translated():
            return int(await self._pool.fetchval(STATEMENTS.start, topic, partition, group, first_offset, alone))

    async def finished(self, *, topic: str, partition: int, group: str, up_to_offset: int) -> None:
        await _execute(self._pool, STATEMENTS.finish, topic, partition, group, up_to_offset)

    async def list(self, *, state: ParkedState | None = "parked", limit: int = 100) -> list[Parked]:
        with translated():
            return [Parked(*row) for row in await self._pool.fetch(STATEMENTS.list_parked, state, limit)]

    async def get(self, id: int) -> Parked | None:  # noqa: A002 - the port's word
        with translated():
            row = await self._pool.fetchrow(STATEMENTS.get_parked, id)
        return None if row is None else Parked(*row)

    async def settle(self, id: int, state: ParkedState, reason: str) -> bool:  # noqa: A002 - the port's word
        return await _execute(self._pool, STATEMENTS.settle_parked, id, state, reason) == 1

    async def counts(self) -> dict[str, int]:
        with translated():
            return {row[0]: row[1] for row in await self._pool.fetch(STATEMENTS.count_parked)}

    async def purge(self, older_than: datetime) -> int:
        return await _execute(self._pool, STATEMENTS.purge_parked, older_than)


class PostgresQuarantine:
    """Raises DatabaseUnavailable from every call."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def put(self, rows: Sequence[Quarantined]) -> None:
        columns = [
            (
                *(each.tenant, each.system, each.source, each.locator),
                *(each.field, each.value, each.reason, each.raw, each.observed_at),
            )
            for each in rows
        ]
        if columns:
            await _execute(self._pool, STATEMENTS.quarantine, *zip(*columns, strict=True))

    async def list(
        self,
        *,
        tenant: str | None = None,
        source: str | None = None,
        state: ParkedState | None = "parked",
        limit: int = 100,
    ) -> builtins.list[Quarantined]:
        with translated():
            rows = await self._pool.fetch(STATEMENTS.list_quarantined, tenant, source, state, limit)
        return [Quarantined(**dict(row)) for row in rows]

    async def settle(self, id: int, state: ParkedState, reason: str) -> bool:  # noqa: A002 - the port's word
        return await _execute(self._pool, STATEMENTS.settle_quarantined, id, state, reason) == 1

    async def counts(self) -> dict[str, int]:
        with translated():
            return {f"{row[0]}/{row[1]}": row[2] for row in await self._pool.fetch(STATEMENTS.count_quarantined)}

    async def purge(self, older_than: datetime) -> int:
        return await _execute(self._pool, STATEMENTS.purge_quarantined, older_than)


async def _execute(pool: Pool[Record], statement: str, *arguments: Any) -> int:
    """Run a statement and say how many rows it touched."""
    with translated():
        return int((await pool.execute(statement, *arguments)).rpartition(" ")[2])
