"""One process of a rebuild: `python -m services.projections.part_process PROJECTION TENANT BUILD PART`.

Started by `part_processes` alone. It says on standard output how far it got, a JSON object a line, and ends at once
when its standard input does: whoever started it is no more.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import threading
from typing import Any

from services.event_store.postgres import PostgresEventStore
from services.projections.part_processes import DSN_NAME
from services.projections.port import BuildGone
from services.projections.postgres import PostgresReadModels
from services.projections.rebuild import PartOf, follow_part
from services.runtime.collector import calm_collector
from services.runtime.postgres import open_pool
from services.runtime.unavailable import DatabaseUnavailable


def main() -> None:
    """Follow one part to where it goes."""
    threading.Thread(target=_end_with_starter, daemon=True).start()
    calm_collector()
    projection, tenant, build, number = sys.argv[1:]
    part = PartOf(projection=projection, tenant=tenant, build=int(build), number=int(number))
    try:
        asyncio.run(_follow(os.environ[DSN_NAME], part))
    except DatabaseUnavailable as error:
        _say("away", str(error))
    except BuildGone as error:
        _say("gone", str(error))


async def _follow(dsn: str, part: PartOf) -> None:
    asyncio.get_running_loop().set_exception_handler(_unheard)
    async with open_pool(dsn, name="khop rebuild") as pool:
        store, models = PostgresEventStore(pool, dsn=dsn), PostgresReadModels(pool)
        await follow_part(store, models, part, progress=lambda position: _say("reached", position))


def _unheard(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    # The driver's own, of a connection that is gone: whoever used that one has an error of its own to tell.
    if not isinstance(context.get("exception"), ConnectionError):
        loop.default_exception_handler(context)


def _say(what: str, value: int | str) -> None:
    try:
        sys.stdout.write(json.dumps({what: value}) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(1)  # the same end, seen from here first


def _end_with_starter() -> None:
    # A read of the descriptor itself: a lock of `sys.stdin`, held in a thread, breaks the end of the interpreter.
    while os.read(0, 1):
        pass
    # At once and from this thread: the rest is busy. Transactions that are open are rolled back.
    os._exit(1)


if __name__ == "__main__":
    main()
