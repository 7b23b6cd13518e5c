"""A log to measure on, recorded by the recorder itself."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from itertools import chain, islice

from contracts.observations import Observation
from services.event_store.postgres import PostgresEventStore
from services.messaging.port import Received
from services.recorder.record import Recorder
from services.runtime.clock import SystemClock
from tests.bench import stories
from tests.bench.stage import Stage, Stuck

TENANT = "lang-son"
BATCH = 1_000


async def fill(stage: Stage, store: PostgresEventStore, tenant: str, *, dossiers: int, short: bool) -> int:
    """Record a province of so many dossiers; gives the log's last position."""
    recorder = Recorder(store=store, clock=SystemClock())
    said: Iterable[Observation] = chain(
        stories.configuration(tenant), stories.province(tenant, dossiers=dossiers, short=short)
    )
    expected = dossiers * (6 if short else 12)
    done = 0
    for batch in batches(stories.received(iter(said))):
        await record(recorder, batch)
        done += len(batch)
        stage.tell("recording a log", done, max(expected, done))
    return await store.head(tenant)


async def record(recorder: Recorder, batch: list[Received]) -> float:
    """Seconds that a batch takes. Raises Stuck when something in it could not be read."""
    started = time.perf_counter()
    poisoned = await recorder.handle(batch)
    took_s = time.perf_counter() - started
    if poisoned:
        raise Stuck(f"the recorder refused what the bench said: {poisoned[0].reason}")
    return took_s


def batches(records: Iterator[Received], size: int = BATCH) -> Iterator[list[Received]]:
    """Cut into batches."""
    while batch := list(islice(records, size)):
        yield batch
