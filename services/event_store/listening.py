"""Wakes readers as soon as something is committed, so that polling may be slow where nothing happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from services.event_store.port import StoreUnavailable
from services.runtime.database import translated
from services.runtime.postgres import open_connection

CHANNEL = "khop_log"


async def listen(dsn: str, timeout_s: float) -> AsyncIterator[str | None]:
    """Names of tenants with news, each once however often it was said since; None after `timeout_s` without any.

    Raises StoreUnavailable.
    """
    news: dict[str, None] = {}
    woken = asyncio.Event()

    def heard(_connection: object, _pid: int, _channel: str, tenant: object) -> None:
        news[str(tenant)] = None
        woken.set()

    with translated(StoreUnavailable):
        async with open_connection(dsn, name="khop listen") as connection:
            connection.add_termination_listener(lambda _connection: woken.set())
            await connection.add_listener(CHANNEL, heard)
            while True:
                try:
                    async with asyncio.timeout(timeout_s):
                        await woken.wait()
                except TimeoutError:
                    yield None
                    continue
                if connection.is_closed():
                    raise StoreUnavailable("the connection that listens was lost")
                woken.clear()
                while news:
                    yield news.popitem()[0]
