"""Every broker that must behave alike, and members of a group that read from it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from services.messaging.consume import Limits
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Poisoned, Received
from services.runtime.settings import KafkaSettings
from tests.contract.messaging.harness import GROUP, Broker, Handle, Kafka, Memory, Reading, nothing_poisoned


@pytest.fixture
def memory_broker() -> Memory:
    return Memory()


@pytest.fixture
async def kafka_broker(kafka_bootstrap: str, new_topic: Callable[..., Awaitable[str]]) -> AsyncIterator[Kafka]:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        async with (
            KafkaPublisher(KafkaSettings(bootstrap=kafka_bootstrap), client_id="writer") as publisher,
            AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer,
        ):
            yield Kafka(kafka_bootstrap, await new_topic(partitions=3), publisher, producer, admin)
    finally:
        await admin.close()


@pytest.fixture(params=["memory_broker", "kafka_broker"])
def broker(request: pytest.FixtureRequest) -> Broker:
    found: Broker = request.getfixturevalue(request.param)
    return found


@pytest.fixture
async def read(broker: Broker) -> AsyncIterator[Callable[..., Reading]]:
    """`read(handler)` starts a member of the group; those that still run at the end are stopped."""
    started: list[Reading] = []

    def start(handler: Handle = nothing_poisoned, *, limits: Limits | None = None, batch_max: int = 100) -> Reading:
        batches: list[list[Received]] = []

        async def keep(records: Sequence[Received]) -> Sequence[Poisoned]:
            batches.append(list(records))
            return await handler(records)

        group = GROUP if isinstance(broker, Memory) else GROUP + broker.topic
        run = broker.consumer(limits=limits).run(broker.topic, group, keep, batch_max=batch_max, wait_ms=10)
        reading = Reading(asyncio.ensure_future(run), batches)
        started.append(reading)
        return reading

    yield start
    for reading in started:
        if not reading.task.done():
            await reading.stop()
