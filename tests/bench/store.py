"""The store alone: appending by batches of 1,000 events of 1 kB in one tenant, beside a bare COPY of the same rows."""

from __future__ import annotations

import random
import time
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING
from uuid import UUID

from deploy.local.infra import local_postgres
from deploy.postgres.migrate import migrate
from services.event_store.port import IdentityChange, StoredEvent
from services.event_store.postgres import PostgresEventStore
from services.runtime.postgres import open_pool
from tests.bench.row import Row

if TYPE_CHECKING:
    from asyncpg import Pool, Record

BATCH = 1_000
BATCHES = 100
GOAL_A_SECOND = 50_000
COLUMNS = ("tenant", "position", "id", "dossier", "type", "recorded_at", "body")


async def measure(folder: Path) -> list[Row]:
    """Batches of both take turns, so that whatever else the machine does slows both; medians, with fsync on."""
    rng = random.Random(1)
    dossiers = [UUID(int=rng.getrandbits(128)) for _ in range(20_000)]
    appended: list[float] = []
    copied: list[float] = []
    async with local_postgres(folder) as dsn:
        await migrate(dsn)
        async with open_pool(dsn, name="bench") as pool:
            store = PostgresEventStore(pool, dsn=dsn)
            for number in range(BATCHES):
                events = _batch("appended", number, dossiers, rng)
                started = time.perf_counter()
                async with store.writer("appended") as writer:
                    await writer.append(events, IdentityChange(codes={}, entries=()))
                appended.append(time.perf_counter() - started)
                copied.append(await _copy(pool, _batch("copied", number, dossiers, rng)))
            gaps = await store.gaps()
    if gaps:
        raise AssertionError(gaps)
    rate, peer = BATCH / median(appended), BATCH / median(copied)
    name = f"append, batches of {BATCH:,} events of 1 kB"
    return [
        Row(name=name, value=rate, unit="events/s", limit="goal", limit_value=GOAL_A_SECOND),
        Row(name=name, value=rate, unit="events/s", limit="bare COPY (goal 0.6)", limit_value=peer),
    ]


def _batch(tenant: str, number: int, dossiers: list[UUID], rng: random.Random) -> list[StoredEvent]:
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


async def _copy(pool: Pool[Record], events: list[StoredEvent]) -> float:
    rows = [(e.tenant, e.position, e.id, e.dossier, e.type, e.recorded_at, e.body) for e in events]
    started = time.perf_counter()
    async with pool.acquire() as connection:
        await connection.copy_records_to_table("events", schema_name="log", columns=COLUMNS, records=rows)
    return time.perf_counter() - started
