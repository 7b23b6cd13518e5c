"""The store alone: appending by batches of 1,000 events of 1 kB in one tenant, beside a bare COPY of the same rows."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from deploy.local.infra import local_postgres
from deploy.postgres.migrate import migrate
from services.event_store.port import IdentityChange, StoredEvent
from services.event_store.postgres import PostgresEventStore
from services.runtime.postgres import open_pool
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, Stuck

if TYPE_CHECKING:
    from asyncpg import Pool, Record

BATCH = 1_000
COLUMNS = ("tenant", "position", "id", "dossier", "type", "recorded_at", "body")


async def measure(stage: Stage) -> list[Row]:
    """Batches of both take turns, so that whatever else the machine does slows both."""
    rng = random.Random(1)
    dossiers = [UUID(int=rng.getrandbits(128)) for _ in range(20_000)]
    batches = stage.size(200, 5)
    appended_s = copied_s = 0.0
    async with local_postgres(stage.folder / "data") as dsn:
        await migrate(dsn)
        async with open_pool(dsn, name="bench") as pool:
            store = PostgresEventStore(pool, dsn=dsn)
            for number in range(batches):
                stage.tell("append and COPY, in turns", number, batches)
                events = batch_of("appended", number, dossiers, rng)
                started = time.perf_counter()
                async with store.writer("appended") as writer:
                    await writer.append(events, IdentityChange(codes={}, dossiers=()))
                appended_s += time.perf_counter() - started
                copied_s += await copy(pool, batch_of("copied", number, dossiers, rng))
            if gaps := await store.gaps():
                raise Stuck(f"the log has gaps: {gaps}")
    return [
        Row(
            name="append, batches of 1,000 events of 1 kB, one tenant, store alone",
            value=batches * BATCH / appended_s,
            unit="events/s",
            limit="bare COPY of such rows into the same indexes",
            limit_value=batches * BATCH / copied_s,
            goal=Goal(at_least=50_000, ratio_at_least=0.6),
        )
    ]


def batch_of(tenant: str, number: int, dossiers: list[UUID], rng: random.Random) -> list[StoredEvent]:
    """A thousand events of 1 kB at the next positions."""
    first = number * BATCH + 1
    return [
        StoredEvent(
            tenant,
            first + index,
            UUID(int=rng.getrandbits(128)),
            rng.choice(dossiers),
            "vn.khop.dossier.status-reported.v1",
            datetime(2024, 5, 13, tzinfo=UTC),
            rng.randbytes(500).hex().encode(),
        )
        for index in range(BATCH)
    ]


async def copy(pool: Pool[Record], events: list[StoredEvent]) -> float:
    """Seconds that a bare COPY of these rows and its commit take."""
    rows = [(e.tenant, e.position, e.id, e.dossier, e.type, e.recorded_at, e.body) for e in events]
    async with pool.acquire() as connection:
        started = time.perf_counter()
        await connection.copy_records_to_table("events", schema_name="log", columns=COLUMNS, records=rows)
        return time.perf_counter() - started
