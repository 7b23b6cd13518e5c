"""What a report reads in: one snapshot of the read models, with memory enough for its joins."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Final

from services.projections.port import ReadModelsUnavailable
from services.projections.statements import STATEMENTS, TABLES_OF
from services.runtime.database import translated

if TYPE_CHECKING:
    from asyncpg import Pool, Record
    from asyncpg.pool import PoolConnectionProxy

NO_BUILD: Final = -1
# What nobody waits for any more is not worked on to its end: a command that is killed cannot call its statement back.
# The rows of one report fit in memory; on disk the same joins take several times as long.
_SESSION: Final = "SET LOCAL work_mem = '128MB'; SET LOCAL client_connection_check_interval = '2s';"
# Of a build that is younger than the statistics, as after a rebuild or beside larger tenants, the planner believes that
# it has next to no rows, and would go through all of them once for each of them: minutes instead of a second. What is
# ruled out counts as so costly that the server would compile every statement first and see no difference between other
# ways, so it is ruled out only where the statistics do not know the build.
_WITHOUT_NESTED_LOOPS: Final = "SET LOCAL enable_nestloop = off; SET LOCAL jit = off"
_AS_CONFIGURED: Final = "SET LOCAL enable_nestloop TO DEFAULT; SET LOCAL jit TO DEFAULT"


@asynccontextmanager
async def snapshot(pool: Pool[Record]) -> AsyncIterator[PoolConnectionProxy[Record]]:
    """A connection on which every statement sees the same. Raises ReadModelsUnavailable, also within."""
    with translated(ReadModelsUnavailable):
        async with pool.acquire() as connection, connection.transaction(isolation="repeatable_read", readonly=True):
            await connection.execute(_SESSION + _WITHOUT_NESTED_LOOPS)
            yield connection


async def live_build(connection: PoolConnectionProxy[Record], projection: str, tenant: str) -> int:
    """The build that readers see, or one that has no rows.

    A build that is named, not looked up by the statement that reads it, lets the planner know how large it is.
    """
    build = await connection.fetchrow(STATEMENTS.live_build, projection, tenant)
    number = NO_BUILD if build is None else int(build["number"])
    known = await connection.fetchval(STATEMENTS.known_build, TABLES_OF[projection][0], number)
    await connection.execute(_AS_CONFIGURED if known else _WITHOUT_NESTED_LOOPS)
    return number
