"""Connections to PostgreSQL with the session settings all of ours need."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

if TYPE_CHECKING:
    from asyncpg import Connection, Pool, Record

CONNECT_TIMEOUT_S = 5.0
CLOSE_TIMEOUT_S = 5.0


def _session(name: str) -> dict[str, str]:
    # jit costs more than it gives on statements of a millisecond; a fixed zone keeps text output the same everywhere.
    # GMT is the one zone that is built into the server; all others it reads from its machine, which may have none.
    # What is worked on is in memory: at the price of a turning disk the planner reads whole tables for a few rows.
    return {"application_name": name, "timezone": "GMT", "jit": "off", "random_page_cost": "1.1"}


@asynccontextmanager
async def open_pool(dsn: str, *, name: str, size_max: int = 4) -> AsyncIterator[Pool[Record]]:
    """A pool that connects when it is first used, so that a process can start before its database.

    `name` is what the database shows as the application. Give a direct address: behind a pooler in transaction mode
    LISTEN and session locks break.
    """
    pool = await asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size_max,
        max_inactive_connection_lifetime=60.0,
        timeout=CONNECT_TIMEOUT_S,
        server_settings=_session(name),
        reset=_nothing_to_undo,
    )
    try:
        yield pool
    finally:
        try:
            async with asyncio.timeout(CLOSE_TIMEOUT_S):
                await pool.close()
        except TimeoutError:
            pool.terminate()


async def _nothing_to_undo(_: object) -> None:
    # Every setting of ours is local to its transaction; what belongs to a session (LISTEN, session locks) has a
    # connection of its own. So what the driver asks of the server at each return of a connection, to undo what was
    # set, would be one round trip more for nothing. A transaction left open it still rolls back.
    return


@asynccontextmanager
async def open_connection(dsn: str, *, name: str) -> AsyncIterator[Connection[Record]]:
    """One connection of its own, for LISTEN or a session lock."""
    connection = await asyncpg.connect(dsn, timeout=CONNECT_TIMEOUT_S, server_settings=_session(name))
    try:
        yield connection
    finally:
        await connection.close(timeout=CLOSE_TIMEOUT_S)


async def reachable(pool: Pool[Record]) -> str | None:
    """None when the database answers, else why it does not: a readiness check."""
    try:
        async with asyncio.timeout(CONNECT_TIMEOUT_S):
            await pool.fetchval("SELECT 1")
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return f"the database does not answer: {type(error).__name__}: {error}"
    return None
