"""The two brokers that must behave alike, each behind the same small harness."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from services.messaging.consume import Limits
from services.messaging.kafka import KafkaConsumer
from services.messaging.memory import MemoryBroker
from services.messaging.port import Consumer, Poisoned, Publisher, Received
from services.parking.memory import MemoryParkingLot
from services.runtime.clock import SystemClock
from services.runtime.health import Health
from services.runtime.metrics import Metrics
from services.runtime.settings import KafkaSettings

GROUP = "readers"


class Broker(Protocol):
    """What a test needs of a broker, whichever it is."""

    topic: str
    parking: MemoryParkingLot
    publisher: Publisher
    health: Health

    def consumer(self, *, limits: Limits | None = None) -> Consumer: ...

    async def write(self, value: bytes | None, headers: Sequence[tuple[str, bytes | None]] = ()) -> None:
        """Put a record of any shape into partition 0, as a foreign client could."""
        ...

    async def committed(self) -> dict[int, int]: ...


@dataclass
class Memory:
    """The broker in memory."""

    topic: str = "topic"
    parking: MemoryParkingLot = field(default_factory=MemoryParkingLot)

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.health = Health(SystemClock(), self.metrics)
        self.broker = MemoryBroker(SystemClock(), partitions=3)
        self.publisher: Publisher = self.broker.publisher()

    def consumer(self, *, limits: Limits | None = None) -> Consumer:
        return self.broker.consumer(
            parking=self.parking,
            metrics=self.metrics,
            limits=limits,
            trouble=lambda reason: self.health.trouble("input", reason) if reason else self.health.clear("input"),
        )

    async def write(self, value: bytes | None, headers: Sequence[tuple[str, bytes | None]] = ()) -> None:
        self.broker.write(self.topic, 0, Received("", 0, 0, None, value or b"", 0, tuple(headers)))

    async def committed(self) -> dict[int, int]:
        return self.broker.committed(self.topic, GROUP)


@dataclass
class Kafka:
    """A real broker."""

    bootstrap: str
    topic: str
    publisher: Publisher
    producer: AIOKafkaProducer
    admin: AIOKafkaAdminClient
    parking: MemoryParkingLot = field(default_factory=MemoryParkingLot)

    def __post_init__(self) -> None:
        self.metrics = Metrics()
        self.health = Health(SystemClock(), self.metrics)
        self.members = 0

    def consumer(self, *, limits: Limits | None = None) -> Consumer:
        self.members += 1
        return KafkaConsumer(
            KafkaSettings(bootstrap=self.bootstrap, session_timeout_ms=1_000),
            parking=self.parking,
            clock=SystemClock(),
            metrics=self.metrics,
            health=self.health,
            limits=limits,
            client_id=f"member-{self.members}",
        )

    async def write(self, value: bytes | None, headers: Sequence[tuple[str, bytes | None]] = ()) -> None:
        await self.producer.send_and_wait(self.topic, value, key=b"k", partition=0, headers=list(headers))

    async def committed(self) -> dict[int, int]:
        offsets = await self.admin.list_consumer_group_offsets(GROUP + self.topic)
        return {partition.partition: found.offset for partition, found in offsets.items() if found.offset > 0}


@dataclass
class Reading:
    """A member of the group at work, and all that it was given."""

    task: asyncio.Task[None]
    batches: list[list[Received]]

    @property
    def values(self) -> list[bytes]:
        return [record.value for batch in self.batches for record in batch]

    async def stop(self) -> None:
        """Stop as a process does, and raise what made it stop before."""
        self.task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.task


Handle = Callable[[Sequence[Received]], Awaitable[Sequence[Poisoned]]]


async def nothing_poisoned(_: Sequence[Received]) -> Sequence[Poisoned]:
    return ()
