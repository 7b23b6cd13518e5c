"""Read models on PostgreSQL: the rows and the position they show are written in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

from services.domain.statistics.month_to_date import Held
from services.projections.port import (
    LIVE,
    Build,
    BuildGone,
    Division,
    MonthToDate,
    ReadModelsUnavailable,
    TableChanges,
)
from services.projections.statements import STATEMENTS, TABLE_STATEMENTS, TABLES_OF
from services.projections.tables import DayRow, DossierRow, PapersRow, SegmentRow
from services.runtime.database import translated

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record
    from asyncpg.pool import PoolConnectionProxy

    AnyConnection: TypeAlias = Connection[Record] | PoolConnectionProxy[Record]

# Keys are looked up by thousands in an index each time; a plan that scans the table instead, chosen while the table
# was small or its statistics old, would be slower at every batch that follows.
# A commit that the machine loses takes its position with it, and the log gives both again: nothing waits for the disk.
_SESSION = (
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off;"
    " SET LOCAL synchronous_commit = off"
)
_STATES_PAGE = 1000


class PostgresReadModels:
    """Read models in the schema `read`."""

    def __init__(self, pool: Pool[Record]) -> None:
        self._pool = pool

    async def positions(self, tenant: str) -> dict[str, int]:
        with translated(ReadModelsUnavailable):
            rows = await self._pool.fetch(STATEMENTS.positions, tenant)
        return {row["projection"]: row["position"] for row in rows}

    async def all_positions(self) -> dict[str, dict[str, int]]:
        with translated(ReadModelsUnavailable):
            rows = await self._pool.fetch(STATEMENTS.all_positions)
        found: dict[str, dict[str, int]] = {}
        for row in rows:
            found.setdefault(row["tenant"], {})[row["projection"]] = row["position"]
        return found

    async def apply(
        self,
        projection: str,
        tenant: str,
        *,
        after: int,
        up_to: int,
        changes: Sequence[TableChanges],
        build: int = LIVE,
        part: int | None = None,
    ) -> bool:
        with translated(ReadModelsUnavailable):
            async with self._pool.acquire() as connection, connection.transaction():
                number = await _advance(
                    connection, projection, tenant, after=after, up_to=up_to, build=build, part=part
                )
                if number is None:
                    return False
                await connection.execute(_SESSION)
                for change in changes:
                    await _write(connection, number, change)
                return True

    async def open_build(self, projection: str, tenant: str, *, afresh: bool) -> Build:
        with translated(ReadModelsUnavailable):
            async with self._pool.acquire() as connection, connection.transaction():
                await connection.execute(STATEMENTS.ensure_live, projection, tenant)
                if afresh:
                    await connection.execute(STATEMENTS.abandon_build, projection, tenant)
                await connection.execute(STATEMENTS.open_build, projection, tenant)
                row = await connection.fetchrow(STATEMENTS.making, projection, tenant)
        if row is None:
            raise ReadModelsUnavailable(f"{tenant}: another rebuild of {projection} just ended; start this one again")
        return Build(row["number"], row["position"])

    async def build_position(self, projection: str, tenant: str, *, build: int, part: int | None = None) -> int:
        made = await self._making(projection, tenant, build)
        if part is None and made["parts"]:
            raise BuildGone(f"{tenant}: build {build} of {projection} is being made in parts")
        return int(made["position"] if part is None or not made["parts"] else made["parts"][part])

    async def divide(
        self, projection: str, tenant: str, *, build: int, parts: int, up_to: int, strays: Iterable[tuple[UUID, int]]
    ) -> bool:
        with translated(ReadModelsUnavailable):
            async with self._pool.acquire() as connection, connection.transaction():
                if not await connection.fetch(STATEMENTS.divide_build, projection, tenant, build, up_to, parts):
                    return False
                await connection.copy_records_to_table(
                    "strays",
                    schema_name="read",
                    columns=("build", "dossier", "part"),
                    records=((build, *stray) for stray in strays),
                )
                return True

    async def division(self, projection: str, tenant: str, *, build: int) -> Division | None:
        made = await self._making(projection, tenant, build)
        return None if made["parted_up_to"] is None else Division(made["parted_up_to"], tuple(made["parts"]))

    async def strays_after(self, build: int, after: UUID | None, limit: int) -> list[tuple[UUID, int]]:
        with translated(ReadModelsUnavailable):
            rows = await self._pool.fetch(STATEMENTS.strays_after, build, after or UUID(int=0), limit)
        return [(row["dossier"], row["part"]) for row in rows]

    async def join(self, projection: str, tenant: str, *, build: int) -> bool:
        with translated(ReadModelsUnavailable):
            async with self._pool.acquire() as connection, connection.transaction():
                if await connection.fetchval(STATEMENTS.join_build, projection, tenant, build) is None:
                    return False
                await connection.execute(STATEMENTS.forget_parts, build)
                await connection.execute(STATEMENTS.forget_strays, build)
                return True

    async def swap(self, projection: str, tenant: str, *, build: int) -> bool:
        with translated(ReadModelsUnavailable):
            async with self._pool.acquire() as connection, connection.transaction():
                rows = await connection.fetch(STATEMENTS.lock_builds, projection, tenant)
                stages = {row["stage"]: row for row in rows}
                live, made = stages.get("live"), stages.get("making")
                if live is None or made is None or made["number"] != build or made["position"] < live["position"]:
                    return False
                await connection.execute(STATEMENTS.set_stage, live["number"], "old")
                await connection.execute(STATEMENTS.set_stage, build, "live")
                return True

    async def sweep(self, projection: str, *, rows_max: int) -> int:
        with translated(ReadModelsUnavailable):
            for row in await self._pool.fetch(STATEMENTS.old_builds, projection):
                for table in (*TABLES_OF[projection], "strays"):
                    done = await self._pool.execute(TABLE_STATEMENTS[f"{table}.sweep"], row["number"], rows_max)
                    if count := int(done.rpartition(" ")[2]):
                        return count
                await self._pool.execute(STATEMENTS.forget_parts, row["number"])
                await self._pool.execute(STATEMENTS.forget_build, row["number"])
        return 0

    async def _making(self, projection: str, tenant: str, build: int) -> Record:
        with translated(ReadModelsUnavailable):
            made = await self._pool.fetchrow(STATEMENTS.making, projection, tenant)
        if made is None or made["number"] != build:
            raise BuildGone(f"{tenant}: build {build} of {projection} is not being made any more")
        return made

    async def find(self, tenant: str, system: str, code: str) -> DossierRow | None:
        with translated(ReadModelsUnavailable):
            row = await self._pool.fetchrow(STATEMENTS.find, tenant, system, code)
        return None if row is None else DossierRow(*(row[name] for name in DossierRow._fields))

    @asynccontextmanager
    async def states(self, tenant: str) -> AsyncIterator[tuple[int, AsyncIterator[DossierRow]]]:
        # One snapshot for the position and all rows: with a newer one for a later page, a dossier would show what
        # the position does not say yet.
        with translated(ReadModelsUnavailable):
            connection = await self._pool.acquire()
        snapshot = connection.transaction(isolation="repeatable_read", readonly=True)
        try:
            with translated(ReadModelsUnavailable):
                await snapshot.start()
                build = await connection.fetchrow(STATEMENTS.live_build, "dossiers", tenant)
            if build is None:
                yield 0, _nothing()
            else:
                yield build["position"], _states(connection, build["number"])
        finally:
            try:
                if connection.is_in_transaction():
                    await snapshot.rollback()
            finally:
                await self._pool.release(connection)

    async def segments(self, tenant: str, *, as_of: int) -> list[SegmentRow]:
        with translated(ReadModelsUnavailable):
            rows = await self._pool.fetch(STATEMENTS.segments_as_of, tenant, as_of)
        return [SegmentRow(*(row[name] for name in SegmentRow._fields)) for row in rows]

    async def papers(self, tenant: str, *, as_of: int) -> list[PapersRow]:
        with translated(ReadModelsUnavailable):
            rows = await self._pool.fetch(STATEMENTS.papers_as_of, tenant, as_of)
        return [PapersRow(*(row[name] for name in PapersRow._fields)) for row in rows]

    async def days(self, tenant: str) -> list[DayRow]:
        with translated(ReadModelsUnavailable):
            return [DayRow(*row) for row in await self._pool.fetch(STATEMENTS.days, tenant)]

    async def month_to_date(self, tenant: str, day: date) -> MonthToDate:
        with translated(ReadModelsUnavailable):
            rows = await self._pool.fetch(STATEMENTS.month_to_date, tenant, day.replace(day=1), day)
        counts = {Held(*row[1:4]): tuple(row[4:]) for row in rows if row["agency"] is not None}
        return MonthToDate(rows[0]["position"] if rows else 0, counts)


async def _advance(
    connection: AnyConnection, projection: str, tenant: str, *, after: int, up_to: int, build: int, part: int | None
) -> int | None:
    if build == LIVE:
        if after == 0:
            await connection.execute(STATEMENTS.ensure_live, projection, tenant)
        number = await connection.fetchval(STATEMENTS.advance_live, projection, tenant, after, up_to)
    elif part is None:
        number = await connection.fetchval(STATEMENTS.advance_build, projection, tenant, after, up_to, build)
    else:
        number = await connection.fetchval(STATEMENTS.advance_part, projection, tenant, after, up_to, build, part)
    return None if number is None else int(number)


async def _write(connection: AnyConnection, build: int, change: TableChanges) -> None:
    table = change.table
    if change.removed:
        await connection.execute(TABLE_STATEMENTS[f"{table.name}.remove"], build, *_columns(change.removed))
    if change.added:
        await connection.copy_records_to_table(
            table.name,
            schema_name="read",
            columns=("build", *table.columns),
            records=[(build, *row) for row in change.added],
        )
    for what, keyed in (("retire", change.retired), ("count", change.counted)):
        if keyed:
            await connection.execute(TABLE_STATEMENTS[f"{table.name}.{what}"], build, *_columns(keyed))


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


async def _states(connection: AnyConnection, build: int) -> AsyncIterator[DossierRow]:
    with translated(ReadModelsUnavailable):
        cursor = await connection.cursor(STATEMENTS.states, build)
    while True:
        with translated(ReadModelsUnavailable):
            page = await cursor.fetch(_STATES_PAGE)
        for row in page:
            yield DossierRow(*(row[name] for name in DossierRow._fields))
        if len(page) < _STATES_PAGE:
            return


async def _nothing() -> AsyncIterator[DossierRow]:
    return
    yield
