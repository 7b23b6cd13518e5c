"""A projector of one tenant in a process of its own: it has the whole log in memory and begins when it is told to.

`python -m tests.bench.projecting DSN TENANT PROJECTION…` says on standard output, a JSON object a line, that it is
ready and, after a line on its standard input, how many seconds its work took, and reading the same bytes alone.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

import uvloop

from contracts.topics import DOSSIER_EVENTS
from contracts.upcasting import parse_event_to_fold
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.port import StoredEvent
from services.event_store.postgres import PostgresEventStore
from services.messaging.port import Received
from services.projections.keep import PROJECTIONS, Keeper
from services.projections.postgres import PostgresReadModels
from services.projector.__main__ import BATCH_MAX
from services.projector.take import Projector
from services.runtime.clock import SystemClock
from services.runtime.collector import calm_collector
from services.runtime.postgres import open_pool

if TYPE_CHECKING:
    from asyncpg import Pool, Record


def projector_of(pool: Pool[Record], store: PostgresEventStore, names: Iterable[str]) -> Projector:
    """A projector that keeps these read models."""
    models = PostgresReadModels(pool)
    return Projector(
        keeper=Keeper(store, models, projections={name: PROJECTIONS[name] for name in names}),
        store=store,
        models=models,
        checkpoints=PostgresCheckpoints(pool, dsn=""),
        clock=SystemClock(),
    )


def records(stored: Iterable[StoredEvent], generation: bytes) -> Iterator[Received]:
    """These events as the topic would give them."""
    for event in stored:
        headers = (("generation", generation),)
        key = str(event.dossier).encode()
        yield Received(DOSSIER_EVENTS.name, 0, event.position, key, event.body, 0, headers)


async def main(dsn: str, tenant: str, names: Sequence[str]) -> None:
    """Ends with exit status 1 when the projector refused an event."""
    async with open_pool(dsn, name="bench", size_max=8) as pool:
        store = PostgresEventStore(pool, dsn=dsn)
        projector = projector_of(pool, store, names)
        generation = str(await store.generation()).encode()
        batches: list[list[Received]] = []
        while stored := await store.read(tenant, after=sum(map(len, batches)), limit=BATCH_MAX):
            batches.append(list(records(stored, generation)))
        _say({"ready": sum(map(len, batches))})
        await asyncio.to_thread(sys.stdin.readline)
        started = time.perf_counter()
        for batch in batches:
            if poisoned := await projector.take(batch):
                raise SystemExit(f"the projector refused an event: {poisoned[0].reason}")
        seconds = time.perf_counter() - started
        started = time.perf_counter()
        for batch in batches:
            for record in batch:
                parse_event_to_fold(record.value)
        _say({"seconds": seconds, "read_s": time.perf_counter() - started})


def _say(what: dict[str, float]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    calm_collector()  # as every process of ours does
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
