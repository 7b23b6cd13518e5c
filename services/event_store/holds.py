"""Being the only instance that does a reader's work on a tenant: session locks that die with their connection."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import asyncpg

from services.event_store.port import StoreUnavailable
from services.event_store.statements import Statements
from services.runtime.database import translated
from services.runtime.postgres import CONNECT_TIMEOUT_S

if TYPE_CHECKING:
    from asyncpg import Connection, Record


class Holds:
    """All holds of one process, on one connection that lives as long as there is one: tenants may be many."""

    def __init__(self, dsn: str, statements: Statements) -> None:
        self._dsn = dsn
        self._sql = statements
        self._turn = asyncio.Lock()
        self._connection: Connection[Record] | None = None
        self._holders: dict[str, asyncio.Task[object]] = {}
        self._lost: set[asyncio.Task[object]] = set()

    @asynccontextmanager
    async def hold(self, key: str) -> AsyncIterator[bool]:
        """Give True while this process alone has the key, False at once if another has it."""
        holder = asyncio.current_task()
        assert holder is not None
        with translated(StoreUnavailable):
            held = await self._take(key, holder)
        if not held:
            yield False
            return
        try:
            yield True
        except BaseException as error:
            # Whatever the block made of being cancelled, a group of errors perhaps: the mark of it must not stay, or
            # the next loss would look like a stop.
            told = holder in self._lost and holder.uncancel() == 0
            if told and isinstance(error, asyncio.CancelledError):
                raise StoreUnavailable(f"the hold on {key} was lost with its connection") from None
            raise
        finally:
            self._lost.discard(holder)
            with translated(StoreUnavailable):
                await self._give_back(key)

    async def _take(self, key: str, holder: asyncio.Task[object]) -> bool:
        async with self._turn:
            # The server would let one session take the same lock twice.
            if key in self._holders:
                return False
            connection = await self._open()
            try:
                held = bool(await connection.fetchval(self._sql.hold, key))
            except BaseException:
                await self._close_if_idle()
                raise
            if held:
                self._holders[key] = holder
            else:
                await self._close_if_idle()
            return held

    async def _give_back(self, key: str) -> None:
        async with self._turn:
            if self._holders.pop(key, None) is None or self._connection is None:
                return  # lost with its connection
            await self._connection.execute(self._sql.release, key)
            await self._close_if_idle()

    async def _open(self) -> Connection[Record]:
        if self._connection is None or self._connection.is_closed():
            self._connection = await asyncpg.connect(
                self._dsn, timeout=CONNECT_TIMEOUT_S, server_settings={"application_name": "khop holds"}
            )
            self._connection.add_termination_listener(self._tell_holders)
        return self._connection

    async def _close_if_idle(self) -> None:
        if self._connection is not None and not self._holders:
            connection, self._connection = self._connection, None
            connection.remove_termination_listener(self._tell_holders)
            await connection.close(timeout=CONNECT_TIMEOUT_S)

    def _tell_holders(self, _connection: object) -> None:
        self._connection = None
        # A task with several holds is cancelled once: the first block it leaves tells why, the others let it pass.
        for holder in set(self._holders.values()):
            self._lost.add(holder)
            holder.cancel()
        self._holders.clear()
