"""The whole way at 500 a second: `POST /v1/observations` sent → the event in a FastStream subscriber's hands.

All processes are real, a portal is delivered to meanwhile; who posts and who subscribes is this process. The clock of
a post starts when it was due, so that a stall is felt by every post that had to wait for it.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import islice

from faststream import AckPolicy
from faststream.kafka import KafkaBroker, TopicPartition
from faststream.kafka.annotations import KafkaMessage
from pydantic_core import to_json

from contracts.observations import Observation, encode_observation
from contracts.topics import DOSSIER_EVENTS, FINDINGS, OBSERVATIONS, partition_of
from contracts.upcasting import parse_event
from deploy.local.infra import Infra
from services.deliveries.postgres import PostgresLedger
from services.event_store.postgres import PostgresEventStore
from services.keys.port import new_key
from services.keys.postgres import PostgresKeys
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Record
from services.projections.keep import PROJECTIONS
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from tests.bench import stories
from tests.bench.portal import sandbox, subscriber
from tests.bench.posting import Poster
from tests.bench.row import Goal, Row
from tests.bench.stage import Running, Stage, paced, percentile, ready, until

TENANT = "lang-son"
A_SECOND = 500
RUNS = 3
NAMES = ("gateway", "recorder", "relay", "projector", "deliverer")
GIVEN_BY_THE_GATEWAY = {"id", "tenant", "system", "traceparent", "observed_at"}

Say = Callable[[int], Awaitable[object]]


async def measure(stage: Stage) -> list[Row]:
    """Three runs, the best of them counts; then the same pace by FastStream alone, publish → subscribe."""
    count = stage.size(6_000, 500)
    runs: list[list[float]] = []
    async with stage.infra() as infra, sandbox(stage) as portal:
        token = await _open_doors(infra, portal)
        said = _by_the_one_stop_system()
        with stage.processes(infra, NAMES) as running:
            await ready(running)
            for number in range(RUNS + 1):
                step = f"run {number} of {RUNS}" if number else "warming up"
                async with Poster(port=running["gateway"].port, path="/v1/observations", token=token) as poster:
                    run = await _run(stage, infra, poster, list(islice(said, count)), step)
                runs += [run] if number else []
            await _level(infra)
        peer = await _peer(stage, infra, count)
    best = min(runs, key=lambda run: percentile(run, 0.99))
    return [
        Row(
            name=f"whole way: POST → FastStream subscriber, {A_SECOND}/s, best of {RUNS} runs, p{share * 100:.0f}",
            value=percentile(best, share) * 1000,
            unit="ms",
            limit="bare FastStream publish → subscribe",
            limit_value=percentile(peer, share) * 1000,
            goal=Goal(at_most=most),
        )
        for share, most in ((0.5, 20), (0.99, 60))
    ]


async def _open_doors(infra: Infra, portal: Running) -> str:
    async with open_pool(infra.postgres_dsn, name="bench") as pool:
        await PostgresLedger(pool).subscribe(subscriber(TENANT, portal), from_position=0)
        key, token = new_key(tenant=TENANT, system="one-stop", scope="write", now=datetime.now(UTC))
        await PostgresKeys(pool).add(key)
    async with KafkaPublisher(KafkaSettings(bootstrap=infra.kafka_bootstrap), client_id="bench") as publisher:
        connected = stories.configuration(TENANT)
        await publisher.publish(
            OBSERVATIONS.name, [Record(each.code.encode(), encode_observation(each), TENANT) for each in connected]
        )
    return token


def _by_the_one_stop_system() -> Iterator[Observation]:
    return (each for each in stories.province(TENANT, dossiers=10**6) if each.system == "one-stop")


async def _run(stage: Stage, infra: Infra, poster: Poster, said: list[Observation], step: str) -> list[float]:
    bodies = [to_json(each.model_dump(mode="json", exclude_none=True, exclude=GIVEN_BY_THE_GATEWAY)) for each in said]
    number_of = {each.act_id: number for number, each in enumerate(said)}
    arrived: dict[int, float] = {}

    def take(body: bytes) -> None:
        number = number_of.get(parse_event(body).actid)
        if number is not None:
            arrived.setdefault(number, time.perf_counter())

    async with _subscribed(infra, DOSSIER_EVENTS.name, take):
        return await _timed(stage, step, len(said), arrived, lambda number: poster.post(bodies[number]))


@asynccontextmanager
async def _subscribed(infra: Infra, topic: str, take: Callable[[bytes], None]) -> AsyncIterator[KafkaBroker]:
    # In batches: at this pace a commit for each message is most of what a subscriber does.
    broker = KafkaBroker(infra.kafka_bootstrap, allow_auto_create_topics=False, logger=None)
    partition = TopicPartition(topic, partition_of(TENANT, DOSSIER_EVENTS.partitions))

    @broker.subscriber(
        partitions=[partition],
        group_id="bench",
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        batch=True,
        max_records=500,
    )
    async def keep(message: KafkaMessage) -> None:
        for record in message.raw_message:
            take(record.value)

    async with broker:
        await broker.start()
        yield broker


async def _timed(stage: Stage, step: str, count: int, arrived: dict[int, float], say: Say) -> list[float]:
    due_at: dict[int, float] = {}
    saying: list[asyncio.Future[object]] = []

    def at(number: int, due: float) -> None:
        due_at[number] = due
        saying.append(asyncio.ensure_future(say(number)))
        if number % 250 == 0:
            stage.tell(step, number, count)

    await paced(count, A_SECOND, at)
    await asyncio.gather(*saying)
    await until(lambda: len(arrived) >= count, f"all of {step} has arrived", within_s=60)
    return [arrived[number] - due_at[number] for number in range(count)]


async def _level(infra: Infra) -> None:
    async with open_pool(infra.postgres_dsn, name="bench") as pool:
        store, models = PostgresEventStore(pool, dsn=infra.postgres_dsn), PostgresReadModels(pool)
        ledger = PostgresLedger(pool)

        async def level() -> bool:
            head, shown = await store.head(TENANT), await models.positions(TENANT)
            owed = sum(int(str(each["owed"])) for each in await ledger.counts())
            return len(shown) == len(PROJECTIONS) and min(shown.values()) == head and not owed

        await until(level, "read models and portal are level", within_s=120)


async def _peer(stage: Stage, infra: Infra, count: int) -> list[float]:
    arrived: dict[int, float] = {}

    def take(body: bytes) -> None:
        arrived.setdefault(int(body[:8]), time.perf_counter())

    async with _subscribed(infra, FINDINGS.name, take) as broker:
        partition = partition_of(TENANT, FINDINGS.partitions)

        async def say(number: int) -> None:
            await broker.publish(b"%08d" % number + b"x" * 500, FINDINGS.name, partition=partition)

        return await _timed(stage, "bare FastStream", count, arrived, say)
