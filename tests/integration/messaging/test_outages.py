"""A broker that is killed and comes back, and a member of a group that is killed: nothing lost, order kept."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.topics import TopicSpec, partition_of
from deploy.kafka import topics
from deploy.local.infra import Infra, local_infra
from services.messaging.consume import Limits
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import BrokerUnavailable, Record
from services.parking.postgres import PostgresParkingLot
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
TENANT = "lang-son"
TOPIC = TopicSpec(name="t", key="-", partitions=3, retention_ms=3_600_000)


@pytest.fixture
async def own(tmp_path: Path) -> AsyncIterator[Infra]:
    """Servers of this test's own, to be killed."""
    async with local_infra(tmp_path, fsync=False) as infra:
        yield infra


def numbered(first: int, last: int, *, size: int = 20) -> list[Record]:
    return [Record(b"k", str(n).encode().rjust(size), TENANT) for n in range(first, last + 1)]


async def everything(bootstrap: str, topic: str, partitions: int) -> list[int]:
    """The numbers in the tenant's partition, in order of offset."""
    partition = TopicPartition(topic, partition_of(TENANT, partitions))
    async with AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    ) as consumer:
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        found: list[int] = []
        while await consumer.position(partition) < end:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                found += [int(record.value) for record in records]
        return found


def without_repetition(numbers: list[int]) -> list[int]:
    """What a reader that skips positions it has, has after all of it."""
    kept: list[int] = []
    for number in numbers:
        if not kept or number > kept[-1]:
            kept.append(number)
    return kept


async def test_pages_are_complete_and_in_order_through_a_broker_that_is_killed(own: Infra) -> None:
    await topics.ensure(
        own.kafka_bootstrap, topics=[TopicSpec(name="t", key="-", partitions=3, retention_ms=3_600_000)]
    )
    settings = KafkaSettings(bootstrap=own.kafka_bootstrap)
    async with KafkaPublisher(settings, client_id="writer", timeout_s=2) as publisher:
        acknowledged = 0
        failures: list[str] = []

        async def relay() -> None:
            nonlocal acknowledged
            while acknowledged < 20_000:
                try:
                    await publisher.publish("t", numbered(acknowledged + 1, acknowledged + 500, size=1_000))
                except BrokerUnavailable as error:
                    failures.append(str(error))
                else:
                    acknowledged += 500

        work = asyncio.ensure_future(relay())
        await until(lambda: acknowledged >= 2_000)
        await own.kill_kafka()
        await until(lambda: failures)
        await own.start_kafka()
        await asyncio.wait_for(work, 60)
    numbers = await everything(own.kafka_bootstrap, "t", 3)
    assert without_repetition(numbers) == list(range(1, 20_001))
    assert "publishing to t at 127.0.0.1:" in failures[0]


async def test_an_outage_is_said_in_time_and_what_waits_does_not_pile_up(own: Infra) -> None:
    await topics.ensure(
        own.kafka_bootstrap, topics=[TopicSpec(name="t", key="-", partitions=3, retention_ms=3_600_000)]
    )
    async with KafkaPublisher(
        KafkaSettings(bootstrap=own.kafka_bootstrap), client_id="writer", timeout_s=0.5
    ) as publisher:
        await publisher.publish("t", numbered(1, 1))
        await own.kill_kafka()
        for turn in range(4):
            began = time.monotonic()
            with pytest.raises(BrokerUnavailable):
                await publisher.publish("t", numbered(10 * turn + 10, 10 * turn + 19))
            assert time.monotonic() - began < 2
        assert sum(len(waiting) for waiting in publisher._unsettled.values()) == 10
        await own.start_kafka()
        await until(lambda: _accepted(publisher))
    numbers = await everything(own.kafka_bootstrap, "t", 3)
    assert (numbers[0], numbers[-1]) == (1, 99)
    assert numbers == sorted(numbers), "a retry overtook what an earlier call had given up waiting for"


async def _accepted(publisher: KafkaPublisher) -> bool:
    try:
        await publisher.publish("t", numbered(99, 99))
    except BrokerUnavailable:
        return False
    return True


async def test_a_topic_that_is_not_there_is_said_with_its_name(kafka_bootstrap: str) -> None:
    settings = KafkaSettings(bootstrap=kafka_bootstrap, request_timeout_ms=1_000)
    async with KafkaPublisher(settings, client_id="writer", timeout_s=1) as publisher:
        with pytest.raises(BrokerUnavailable, match="publishing to absent at"):
            await publisher.publish("absent", numbered(1, 1))


MEMBER = """
import asyncio, sys
from services.messaging.kafka import KafkaConsumer
from services.parking.memory import MemoryParkingLot
from services.runtime.clock import SystemClock
from services.runtime.health import Health
from services.runtime.metrics import Metrics
from services.runtime.settings import KafkaSettings

async def main():
    clock, metrics = SystemClock(), Metrics()
    async def handle(batch):
        for record in batch:
            print("got", record.value.decode().strip(), flush=True)
        return ()
    consumer = KafkaConsumer(KafkaSettings(bootstrap=sys.argv[1], session_timeout_ms=1000), parking=MemoryParkingLot(),
        clock=clock, metrics=metrics, health=Health(clock, metrics), client_id="member")
    await consumer.run(sys.argv[2], "g", handle, batch_max=100, wait_ms=10)

asyncio.run(main())
"""


DYING_MEMBER = """
import asyncio, os, sys
from services.messaging.kafka import KafkaConsumer
from services.parking.postgres import PostgresParkingLot
from services.runtime.clock import SystemClock
from services.runtime.health import Health
from services.runtime.metrics import Metrics
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings

async def main():
    clock, metrics = SystemClock(), Metrics()
    async def handle(batch):
        for record in batch:
            if record.value.decode().strip() == sys.argv[4]:
                os._exit(9)
            print("got", record.value.decode().strip(), flush=True)
        return ()
    async with open_pool(sys.argv[3], name="member") as pool:
        consumer = KafkaConsumer(KafkaSettings(bootstrap=sys.argv[1], session_timeout_ms=1000),
            parking=PostgresParkingLot(pool), clock=clock, metrics=metrics, health=Health(clock, metrics),
            client_id="member")
        await consumer.run(sys.argv[2], "g", handle, batch_max=100, wait_ms=10)

asyncio.run(main())
"""


async def _member(
    bootstrap: str, topic: str, *more: str, script: str = MEMBER
) -> tuple[asyncio.subprocess.Process, list[int]]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script, bootstrap, topic, *more),
        cwd=ROOT,
        env=dict(os.environ),
        stdout=asyncio.subprocess.PIPE,
    )
    seen: list[int] = []

    async def listen() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            if line.startswith(b"got "):  # the rest is the log
                seen.append(int(line[4:]))  # noqa: PERF401 - looked at while it goes on  # noqa: PERF401 - to be seen while it runs, not at its end

    process.listening = asyncio.ensure_future(listen())  # type: ignore[attr-defined] # kept alive with its process
    return process, seen


async def test_a_killed_member_is_replaced_within_seconds_and_misses_nothing(
    kafka_bootstrap: str, new_topic: Callable[..., Awaitable[str]]
) -> None:
    topic = await new_topic(partitions=1)
    one, seen_by_one = await _member(kafka_bootstrap, topic)
    two, seen_by_two = await _member(kafka_bootstrap, topic)
    try:
        async with KafkaPublisher(KafkaSettings(bootstrap=kafka_bootstrap), client_id="writer") as publisher:
            await publisher.publish(topic, numbered(1, 10))
            await until(lambda: len(set(seen_by_one) | set(seen_by_two)) == 10)
            # One partition: whoever saw the last record holds it, the other one stands by.
            await publisher.publish(topic, numbered(11, 11))
            await until(lambda: 11 in seen_by_one + seen_by_two)
            (holder, _), (_, seen) = sorted(
                [(one, seen_by_one), (two, seen_by_two)], key=lambda each: 11 in each[1], reverse=True
            )
            holder.kill()
            killed_at = time.monotonic()
            await publisher.publish(topic, numbered(12, 20))
            await until(lambda: set(range(12, 21)) <= set(seen))
            assert time.monotonic() - killed_at < 5
    finally:
        for process in (one, two):
            if process.returncode is None:
                process.kill()
            await process.wait()


async def test_a_record_that_kills_its_process_is_parked_after_so_many_deaths_and_its_neighbours_are_handled(
    kafka_bootstrap: str, new_topic: Callable[..., Awaitable[str]], postgres_dsn: str
) -> None:
    topic = await new_topic(partitions=1)
    limit = Limits().starts_max
    seen: list[int] = []
    async with (
        KafkaPublisher(KafkaSettings(bootstrap=kafka_bootstrap), client_id="writer") as publisher,
        open_pool(postgres_dsn, name="test") as pool,
    ):
        lot = PostgresParkingLot(pool)
        await publisher.publish(topic, numbered(1, 10))
        # A batch that holds it may die once before its records are taken one by one: twice the limit is plenty.
        deaths = 0
        while deaths <= 2 * limit:
            process, seen = await _member(kafka_bootstrap, topic, postgres_dsn, "5", script=DYING_MEMBER)
            try:
                await until(lambda process=process, seen=seen: process.returncode is not None or 10 in seen)
                if process.returncode is None:
                    break
                assert (process.returncode, await lot.list()) == (9, [])
                deaths += 1
            finally:
                if process.returncode is None:
                    process.kill()
                await process.wait()
        (parked,) = await lot.list()
    assert (int(parked.value), parked.offset, parked.attempts) == (5, 4, limit)
    assert parked.reason == f"this process ended {limit} times while it handled this record alone"
    assert deaths >= limit
    assert seen == [6, 7, 8, 9, 10], "those before it were handled and committed by one that died"
