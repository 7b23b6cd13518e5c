"""Slow and fast writers in one tenant with a reader beside them, and what of the log's promises they saw broken."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from uuid import UUID, uuid4

from services.event_store.port import Conflict, IdentityChange, StoredEvent
from services.event_store.postgres import PostgresEventStore
from services.event_store.statements import Statements
from services.runtime.postgres import open_pool

TENANT = "lang-son"
NOTHING = IdentityChange(codes={}, dossiers=())


def make_events(after: int, count: int) -> list[StoredEvent]:
    """The next events, of any content; all recorded at one moment, which may repeat."""
    recorded_at = datetime(2024, 5, 13, tzinfo=UTC)
    return [
        StoredEvent(TENANT, after + 1 + index, uuid4(), uuid4(), "vn.khop.dossier.accepted.v1", recorded_at, b"{}")
        for index in range(count)
    ]


async def interleave(dsn: str, statements: Statements, *, seed: int, events_max: int, rounds: int = 20) -> list[str]:
    """Run five writers and a reader to the end; gives one sentence for each broken promise, none if all were kept."""
    rng = random.Random(seed)
    broken: list[str] = []
    committed: dict[int, UUID] = {}

    async def write(store: PostgresEventStore, *, slow_s: float) -> None:
        for _ in range(rounds):
            try:
                async with store.writer(TENANT) as writer:
                    events = make_events(writer.last_position, rng.randint(1, events_max))
                    await writer.append(events, NOTHING)
                    # Slowness is the fault that is planted here, between giving positions and their commit.
                    await asyncio.sleep(rng.uniform(0, slow_s))
            except Conflict as error:
                broken.append(f"two writers were inside at once: {error}")
                continue
            committed.update((event.position, event.id) for event in events)

    async def read(store: PostgresEventStore, writers: Sequence[asyncio.Task[None]]) -> list[UUID]:
        seen: list[UUID] = []
        position = 0
        while True:
            ended = all(writer.done() for writer in writers)
            page = await store.read(TENANT, after=position, limit=7)
            for event in page:
                if event.position != position + 1:
                    broken.append(f"the reader at {position} was given {event.position}: what lies between is skipped")
                position = event.position
                seen.append(event.id)
            if gaps := await store.gaps():
                broken.append(f"the constant check: {gaps}")
            if ended and not page:
                return seen

    async with AsyncExitStack() as stack:
        pools = [await stack.enter_async_context(open_pool(dsn, name="test", size_max=1)) for _ in range(6)]
        stores = [PostgresEventStore(pool, dsn=dsn, statements=statements) for pool in pools]
        async with stores[0].writer(TENANT) as writer:
            first = make_events(writer.last_position, 1)
            await writer.append(first, NOTHING)
            committed.update((event.position, event.id) for event in first)
        writers = [
            asyncio.create_task(write(store, slow_s=slow_s))
            for store, slow_s in zip(stores[1:], (0.02, 0.01, 0.002, 0.0, 0.0), strict=True)
        ]
        seen = await read(stores[0], writers)
        await asyncio.gather(*writers)
    if seen != [committed[position] for position in sorted(committed)]:
        broken.append(f"{len(committed)} events were committed, the reader saw {len(seen)} or another order")
    return broken
