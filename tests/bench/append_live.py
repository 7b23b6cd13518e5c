"""Appending as it comes, 1,000 observations a second in one tenant: observation in Kafka → committed.

The recorder is a real process; clock, writer and reader of the log are this one.
"""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from typing import TYPE_CHECKING
from uuid import UUID

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from contracts.observations import Observation, encode_observation
from contracts.topics import OBSERVATIONS, partition_of
from deploy.local.infra import Infra
from services.event_store.postgres import PostgresEventStore
from services.runtime.postgres import open_pool
from tests.bench import stories
from tests.bench.row import Goal, Row
from tests.bench.stage import Stage, paced, percentile, ready, until

if TYPE_CHECKING:
    from asyncpg import Connection, Record

TENANT = "lang-son"
A_SECOND = 1_000
PEER_TENANT = "bac-giang"


async def measure(stage: Stage) -> list[Row]:
    """Ours, then a bare consumer that inserts what each fetch brings and commits."""
    count = stage.size(20_000, 1_000)
    warm = count // 5
    async with stage.infra() as infra:
        ours = await _ours(stage, infra, count + warm)
        peer = await _peer(stage, infra, count + warm)
    rows = []
    for share, most in ((0.5, 8), (0.99, 25)):
        rows.append(
            Row(
                name=f"append as it comes, {A_SECOND:,} observations/s: in Kafka → committed, p{share * 100:.0f}",
                value=percentile(ours[warm:], share) * 1000,
                unit="ms",
                limit="bare consumer, INSERT and commit of what each fetch brings",
                limit_value=percentile(peer[warm:], share) * 1000,
                goal=Goal(at_most=most),
            )
        )
    return rows


async def _ours(stage: Stage, infra: Infra, count: int) -> list[float]:
    said = list(stories.province(TENANT, dossiers=count // 11 + 1))[:count]
    written: dict[UUID, float] = {}
    committed: dict[UUID, float] = {}
    dsn = infra.postgres_dsn
    with stage.processes(infra, ["recorder"]) as running:
        async with open_pool(dsn, name="bench") as pool, _producer(infra) as producer:
            store = PostgresEventStore(pool, dsn=dsn)
            for each in stories.configuration(TENANT):
                await _send(producer, each, {})
            await ready(running)
            await until(lambda: _recorded(store, 3), "the configuration is recorded")

            async def look() -> None:
                position = await store.head(TENANT)
                async with aclosing(store.listen(0.2)) as news:  # type: ignore[type-var]
                    async for _ in news:
                        # The notification comes with the commit; reading what it is about takes some time more.
                        heard = time.perf_counter()
                        for event in await store.read(TENANT, after=position, limit=10_000):
                            committed[event.id] = heard
                            position = event.position

            looking = asyncio.create_task(look())
            sends = await _say(stage, producer, said, written, "observations, recorder")
            await asyncio.gather(*sends)
            await until(lambda: len(committed) >= count, "everything is recorded", within_s=60)
            looking.cancel()
    return [committed[each.id] - written[each.id] for each in said]


async def _recorded(store: PostgresEventStore, count: int) -> bool:
    return await store.head(TENANT) >= count


async def _say(
    stage: Stage, producer: AIOKafkaProducer, said: list[Observation], written: dict[UUID, float], step: str
) -> list[asyncio.Task[None]]:
    sends: list[asyncio.Task[None]] = []

    def say(number: int, _: float) -> None:
        sends.append(asyncio.create_task(_send(producer, said[number], written)))
        if number % 500 == 0:
            stage.tell(step, number, len(said))

    await paced(len(said), A_SECOND, say)
    return sends


async def _send(producer: AIOKafkaProducer, each: Observation, written: dict[UUID, float]) -> None:
    partition = partition_of(each.tenant, OBSERVATIONS.partitions)
    await producer.send_and_wait(
        OBSERVATIONS.name, encode_observation(each), key=each.code.encode(), partition=partition
    )
    written[each.id] = time.perf_counter()


def _producer(infra: Infra) -> AIOKafkaProducer:
    return AIOKafkaProducer(bootstrap_servers=infra.kafka_bootstrap, acks="all", enable_idempotence=True)


async def _peer(stage: Stage, infra: Infra, count: int) -> list[float]:
    said = list(stories.province(PEER_TENANT, dossiers=count // 11 + 1))[:count]
    written: dict[UUID, float] = {}
    committed: dict[int, float] = {}
    partition = TopicPartition(OBSERVATIONS.name, partition_of(PEER_TENANT, OBSERVATIONS.partitions))
    connection = await asyncpg.connect(infra.postgres_dsn)
    await connection.execute("CREATE TABLE public.peer (number bigint PRIMARY KEY, body bytea NOT NULL)")
    consumer = AIOKafkaConsumer(bootstrap_servers=infra.kafka_bootstrap, auto_offset_reset="earliest")
    async with _producer(infra) as producer:
        await consumer.start()
        try:
            consumer.assign([partition])
            inserting = asyncio.create_task(_insert(consumer, connection, committed))
            sends = await _say(stage, producer, said, written, "observations, bare consumer")
            await asyncio.gather(*sends)
            await until(lambda: len(committed) >= count, "everything is inserted", within_s=60)
            inserting.cancel()
        finally:
            await consumer.stop()
            await connection.close()
    # One producer, one partition: the n-th offset is the n-th that was said.
    first = min(committed)
    return [committed[first + number] - written[each.id] for number, each in enumerate(said)]


async def _insert(consumer: AIOKafkaConsumer, connection: Connection[Record], committed: dict[int, float]) -> None:
    while True:
        for records in (await consumer.getmany(timeout_ms=1_000)).values():
            numbers = [record.offset for record in records]
            await connection.execute(
                "INSERT INTO public.peer SELECT * FROM unnest($1::bigint[], $2::bytea[])",
                numbers,
                [record.value for record in records],
            )
            now = time.perf_counter()
            committed.update(dict.fromkeys(numbers, now))
