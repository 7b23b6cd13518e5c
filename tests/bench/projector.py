"""The projector: event bytes → five read models, exactly once; and making each of them again from the whole log."""

from __future__ import annotations

import time
from functools import partial
from typing import TYPE_CHECKING, Final

from contracts.upcasting import parse_event
from services.event_store.postgres import PostgresEventStore
from services.projections.keep import PROJECTIONS
from services.projections.part_processes import in_processes
from services.projections.postgres import PostgresReadModels
from services.projections.rebuild import rebuild
from services.projector.__main__ import BATCH_MAX
from tests.bench.filled import TENANT
from tests.bench.projecting import projector_of, records
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, Stuck

if TYPE_CHECKING:
    from asyncpg import Pool, Record

TABLES: Final = ("dossiers", "codes", "segments", "papers", "days", "steps")
WORKERS: Final = 2
"""Processes that rebuild: as many as processors, where the goals are measured."""


async def _project(stage: Stage, pool: Pool[Record], store: PostgresEventStore, head: int) -> tuple[float, float]:
    """Seconds of projecting the whole log, and of reading alone what it was projected from."""
    projector = projector_of(pool, store, PROJECTIONS)
    generation = str(await store.generation()).encode()
    projected_s = parsed_s = 0.0
    for after in range(0, head, BATCH_MAX):
        stage.tell("projecting", after, head)
        stored = await store.read(TENANT, after=after, limit=BATCH_MAX)
        batch = list(records(stored, generation))
        started = time.perf_counter()
        poisoned = await projector.take(batch)
        projected_s += time.perf_counter() - started
        if poisoned:
            raise Stuck(f"the projector refused an event: {poisoned[0].reason}")
        started = time.perf_counter()
        for event in stored:
            parse_event(event.body)
        parsed_s += time.perf_counter() - started
    shown = await PostgresReadModels(pool).positions(TENANT)
    if shown != dict.fromkeys(PROJECTIONS, head):
        raise Stuck(f"the read models show {shown}, not {head}")
    return projected_s, parsed_s


async def measure(stage: Stage, pool: Pool[Record], store: PostgresEventStore, head: int, *, dsn: str) -> list[Row]:
    """Project the whole log, then rebuild each projection over what was projected."""
    projected_s, parsed_s = await _project(stage, pool, store, head)
    stage.tell("bare COPY of the rows", 0, 1)
    copied_s = await _copied(pool)
    models = PostgresReadModels(pool)
    took_s: dict[str, float] = {}
    for name in PROJECTIONS:
        started = time.perf_counter()
        progress = partial(_tell_rebuilt, stage, name, head)
        await rebuild(
            store,
            models,
            projection=name,
            tenant=TENANT,
            progress=progress,
            parts=WORKERS,
            follow_parts=in_processes(dsn, at_once=WORKERS),
        )
        took_s[name] = (time.perf_counter() - started) * 1_000_000 / head
    stage.tell("reading the log", 0, 1)
    read_s = await _read(store, head) * 1_000_000 / head
    rows = [
        Row(
            name="projector, exactly-once effect, all five projections",
            value=head / projected_s,
            unit="events/s",
            limit="reading alone, and a bare COPY of the rows they ended as",
            limit_value=head / (parsed_s + copied_s),
            goal=Goal(at_least=25_000),
        )
    ]
    return rows + [
        Row(
            name=f"rebuild of {name} by {WORKERS} workers, for each 1 M events",
            value=seconds,
            unit="s",
            limit="paging through the log and reading it",
            limit_value=read_s,
            goal=Goal(at_most=40),
        )
        for name, seconds in took_s.items()
    ]


def _tell_rebuilt(stage: Stage, name: str, head: int, position: int) -> None:
    stage.tell(f"rebuilding {name}", position, head)


async def _copied(pool: Pool[Record]) -> float:
    seconds = 0.0
    async with pool.acquire() as connection:
        for table in TABLES:
            await connection.execute(f"CREATE TABLE public.bare_{table} (LIKE read.{table} INCLUDING ALL)")
            rows = await connection.fetch(f"SELECT * FROM read.{table}")
            values = [tuple(row) for row in rows]
            started = time.perf_counter()
            for first in range(0, len(values), BATCH_MAX):
                page = values[first : first + BATCH_MAX]
                await connection.copy_records_to_table(f"bare_{table}", schema_name="public", records=page)
            seconds += time.perf_counter() - started
            await connection.execute(f"DROP TABLE public.bare_{table}")
    return seconds


async def _read(store: PostgresEventStore, head: int) -> float:
    started = time.perf_counter()
    for after in range(0, head, 2_000):
        for event in await store.read(TENANT, after=after, limit=2_000):
            parse_event(event.body)
    return time.perf_counter() - started
