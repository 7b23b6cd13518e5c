"""The recorder's own work: observation bytes → decoded, folded, decided, appended and committed."""

from __future__ import annotations

import random
import time
from itertools import chain
from uuid import UUID

from deploy.local.infra import local_postgres
from deploy.postgres.migrate import migrate
from services.event_store.port import StoredEvent
from services.event_store.postgres import PostgresEventStore
from services.recorder.decode import decode
from services.recorder.record import Recorder
from services.runtime.clock import SystemClock
from services.runtime.collector import calm_collector
from services.runtime.postgres import open_pool
from tests.bench import stories
from tests.bench.append import copy
from tests.bench.filled import batches, record
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, Stuck

TENANT = "lang-son"


async def measure(stage: Stage) -> list[Row]:
    """Batches of 1,000 of some 3,300 dossiers open at once; the limit is reading them and a bare COPY of the events."""
    dossiers = stage.size(8_000, 400)
    stage.tell("telling stories", 0, 1)
    said = chain(stories.configuration(TENANT), stories.province(TENANT, dossiers=dossiers))
    cut = list(batches(stories.received(said)))
    total = sum(map(len, cut))
    # What was told beforehand would be walked over again and again by a collector that a recorder's records never meet.
    calm_collector()
    recorded_s = parsed_s = copied_s = 0.0
    position = 0
    async with local_postgres(stage.folder / "data") as dsn:
        await migrate(dsn)
        async with open_pool(dsn, name="bench", size_max=8) as pool:
            store = PostgresEventStore(pool, dsn=dsn)
            recorder = Recorder(store=store, clock=SystemClock())
            rng = random.Random(1)
            for number, batch in enumerate(cut):
                stage.tell("recording", number, len(cut))
                recorded_s += await record(recorder, batch)
                started = time.perf_counter()
                decode(batch)
                parsed_s += time.perf_counter() - started
                stored = await store.read(TENANT, after=position, limit=10_000)
                position += len(stored)
                copied_s += await copy(pool, [_elsewhere(event, rng) for event in stored])
            if gaps := await store.gaps():
                raise Stuck(f"the log has gaps: {gaps}")
            head = await store.head(TENANT)
            if head < total:
                raise Stuck(f"{total} observations gave {head} events")
    return [
        Row(
            name="recorder: observation bytes → decoded, folded, decided, appended",
            value=total / recorded_s,
            unit="observations/s",
            limit="reading alone, and a bare COPY of the events",
            limit_value=total / (parsed_s + copied_s),
            goal=Goal(at_least=15_000),
        )
    ]


def _elsewhere(event: StoredEvent, rng: random.Random) -> StoredEvent:
    fresh = UUID(int=rng.getrandbits(128))
    return StoredEvent("copied", event.position, fresh, event.dossier, event.type, event.recorded_at, event.body)
