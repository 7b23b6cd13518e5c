"""From a commit to a bare consumer, 1,000 events a second, one a transaction, and what the relay costs meanwhile.

The relay is a real process; who commits and who consumes is this one, so that both moments are of one clock.
"""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.topics import DOSSIER_EVENTS, partition_of
from deploy.local.infra import Infra
from services.event_store.port import StoredEvent
from tests.bench.append import BATCH, batch_of
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, paced, percentile, ready, until

if TYPE_CHECKING:
    from asyncpg import Connection, Record

OURS, PEERS = "lang-son", "bac-giang"
A_SECOND = 1_000
POLL_S = 0.005
MIB = 1024 * 1024
# As the store's own writer leaves it, in one round trip: the row, and word to who listens.
INSERT = """
WITH appended AS (
    INSERT INTO log.events (tenant, position, id, dossier, type, recorded_at, body) VALUES ($1, $2, $3, $4, $5, $6, $7)
)
SELECT pg_notify('khop_log', $1)
"""
PAGE = "SELECT position, dossier, body FROM log.events WHERE tenant = $1 AND position > $2 ORDER BY position LIMIT 500"


async def measure(stage: Stage) -> list[Row]:
    """The relay, then a bare poller that reads every 5 ms what is new and sends it."""
    count = stage.size(20_000, 1_000)
    warm = count // 5
    async with stage.infra() as infra:
        with stage.processes(infra, ["relay"]) as running:
            await ready(running)
            relay = psutil.Process(running["relay"].process.pid)
            used_s, began = _cpu_s(relay), time.perf_counter()
            ours = await _latencies(stage, infra, OURS, count + warm, "relay")
            cores = (_cpu_s(relay) - used_s) / (time.perf_counter() - began)
            rss = relay.memory_info().rss / MIB
        poller = asyncio.create_task(_poll(infra))
        peer = await _latencies(stage, infra, PEERS, count + warm, "bare poller")
        poller.cancel()
    rows = [
        Row(
            name=f"commit → bare consumer, {A_SECOND:,} events/s, one a transaction, p{share * 100:.0f}",
            value=percentile(ours[warm:], share) * 1000,
            unit="ms",
            limit="bare poller, every 5 ms",
            limit_value=percentile(peer[warm:], share) * 1000,
            goal=Goal(at_most=most),
        )
        for share, most in ((0.5, 3), (0.99, 10))
    ]
    return [
        *rows,
        Row(
            name="relay meanwhile: processor",
            value=cores,
            unit="cores",
            limit="Debezium on such a machine (not of this run)",
            limit_value=0.7,
            goal=Goal(at_most=0.3),
        ),
        Row(
            name="relay meanwhile: memory",
            value=rss,
            unit="MiB",
            limit="Debezium on such a machine (not of this run)",
            limit_value=830,
            goal=Goal(at_most=150),
        ),
    ]


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def _latencies(stage: Stage, infra: Infra, tenant: str, count: int, who: str) -> list[float]:
    committed: list[float] = []
    arrived: list[float] = []
    connection = await asyncpg.connect(infra.postgres_dsn)
    consumer = AIOKafkaConsumer(bootstrap_servers=infra.kafka_bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        consumer.assign([TopicPartition(DOSSIER_EVENTS.name, partition_of(tenant, DOSSIER_EVENTS.partitions))])
        consuming = asyncio.create_task(_consume(consumer, arrived))
        await _commit(stage, connection, tenant, count, committed, who)
        await until(lambda: len(arrived) >= count, "everything has arrived", within_s=60)
        consuming.cancel()
    finally:
        await consumer.stop()
        await connection.close()
    # One log, one partition: both are in order of position, and nothing is published twice without a crash.
    return [there - here for here, there in zip(committed, arrived, strict=True)]


async def _consume(consumer: AIOKafkaConsumer, arrived: list[float]) -> None:
    while True:
        await consumer.getone()
        arrived.append(time.perf_counter())


async def _commit(
    stage: Stage, connection: Connection[Record], tenant: str, count: int, committed: list[float], who: str
) -> None:
    rng = random.Random(1)
    dossiers = [UUID(int=rng.getrandbits(128)) for _ in range(1_000)]
    events = [event for number in range(-(-count // BATCH)) for event in batch_of(tenant, number, dossiers, rng)]
    insert = await connection.prepare(INSERT)
    due: asyncio.Queue[StoredEvent] = asyncio.Queue()
    pacing = asyncio.create_task(paced(count, A_SECOND, lambda number, _: due.put_nowait(events[number])))
    for number in range(count):
        e = await due.get()
        await insert.fetchval(e.tenant, e.position, e.id, e.dossier, e.type, e.recorded_at, e.body)
        committed.append(time.perf_counter())
        if number % 500 == 0:
            stage.tell(f"committing, {who}", number, count)
    await pacing


async def _poll(infra: Infra) -> None:
    connection = await asyncpg.connect(infra.postgres_dsn)
    producer = AIOKafkaProducer(bootstrap_servers=infra.kafka_bootstrap, acks="all", enable_idempotence=True)
    partition = partition_of(PEERS, DOSSIER_EVENTS.partitions)
    await producer.start()
    try:
        page = await connection.prepare(PAGE)
        position = 0
        while True:
            sent = []
            for row in await page.fetch(PEERS, position):
                position = row["position"]
                key = str(row["dossier"]).encode()
                sent.append(await producer.send(DOSSIER_EVENTS.name, row["body"], key=key, partition=partition))
            if sent:
                await asyncio.gather(*sent)
            await asyncio.sleep(POLL_S)
    finally:
        await producer.stop()
        await connection.close()
