"""The relay: a log of 1 kB events → acknowledged by Kafka, in order; beside a bare `send_batch` of the same pages."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from uuid import UUID

from aiokafka import AIOKafkaProducer

from contracts.topics import DOSSIER_EVENTS
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.port import IdentityChange
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import BATCH_BYTES_MAX, KafkaPublisher
from services.messaging.port import Record
from services.relay.publish import Pace, Relay
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from tests.bench.append import BATCH, batch_of
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, until

TENANT = "lang-son"
ROUNDS = 3


class _Counted:
    """The publisher, and how much it was told is written."""

    def __init__(self, inner: KafkaPublisher) -> None:
        self._inner = inner
        self.acknowledged = 0
        self.pages: list[Sequence[Record]] = []

    def has(self, count: int) -> bool:
        """Whether so much is acknowledged."""
        return self.acknowledged >= count

    async def publish(self, topic: str, records: Sequence[Record]) -> None:
        await self._inner.publish(topic, records)
        self.acknowledged += len(records)
        self.pages.append(records)


async def measure(stage: Stage) -> list[Row]:
    """The best of three rounds of both, taking turns."""
    events = stage.size(200, 10) * BATCH
    ours: list[float] = []
    bare: list[float] = []
    async with stage.infra() as infra:
        dsn, kafka = infra.postgres_dsn, KafkaSettings(bootstrap=infra.kafka_bootstrap)
        async with open_pool(dsn, name="bench") as pool, KafkaPublisher(kafka, client_id="bench") as inner:
            store = PostgresEventStore(pool, dsn=dsn)
            rng = random.Random(1)
            dossiers = [UUID(int=rng.getrandbits(128)) for _ in range(20_000)]
            for number in range(events // BATCH):
                stage.tell("filling the log", number, events // BATCH)
                async with store.writer(TENANT) as writer:
                    batch = batch_of(TENANT, number, dossiers, rng)
                    await writer.append(batch, IdentityChange(codes={}, dossiers=()))
            for number in range(ROUNDS):
                stage.tell("publishing", number, ROUNDS)
                await pool.execute("DELETE FROM log.checkpoints")
                publisher = _Counted(inner)
                relay = Relay(
                    store=store,
                    checkpoints=PostgresCheckpoints(pool, dsn=dsn),
                    publisher=publisher,
                    clock=SystemClock(),
                    instance="bench",
                    pace=Pace(),
                )
                started = time.perf_counter()
                running = asyncio.create_task(relay.run())
                await until(partial(publisher.has, events), "all is published", every_s=0.002)
                ours.append(time.perf_counter() - started)
                running.cancel()
                with suppress(asyncio.CancelledError):
                    await running
                bare.append(await _bare(infra.kafka_bootstrap, publisher.pages))
    return [
        Row(
            name="relay: store → Kafka acknowledged, in order, events of 1 kB",
            value=events / min(ours),
            unit="events/s",
            limit="bare send_batch of the same pages",
            limit_value=events / min(bare),
            goal=Goal(at_least=60_000, ratio_at_least=0.5),
        )
    ]


async def _bare(bootstrap: str, pages: Sequence[Sequence[Record]]) -> float:
    async with AIOKafkaProducer(
        bootstrap_servers=bootstrap,
        acks="all",
        enable_idempotence=True,
        max_batch_size=BATCH_BYTES_MAX,
        max_request_size=BATCH_BYTES_MAX,
    ) as producer:
        await producer.partitions_for(DOSSIER_EVENTS.name)
        started = time.perf_counter()
        for page in pages:
            sent = []
            batch = producer.create_batch()
            for record in page:
                headers = list(record.headers)
                if batch.append(timestamp=None, key=record.key, value=record.value, headers=headers) is None:
                    sent.append(await producer.send_batch(batch, DOSSIER_EVENTS.name, partition=0))
                    batch = producer.create_batch()
                    batch.append(timestamp=None, key=record.key, value=record.value, headers=headers)
            sent.append(await producer.send_batch(batch, DOSSIER_EVENTS.name, partition=0))
            await asyncio.gather(*sent)
        return time.perf_counter() - started
