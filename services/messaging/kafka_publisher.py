"""Writing to Kafka: idempotent, acknowledged by all replicas, in order per tenant, a page as few large batches."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from types import TracebackType
from typing import Any, Final, Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError, MessageSizeTooLargeError, RecordTooLargeError
from faststream.kafka.security import parse_security

from contracts.topics import partition_of
from services.messaging.kafka_client import reaching, security
from services.messaging.port import BrokerUnavailable, Record
from services.runtime.logging import logger
from services.runtime.settings import KafkaSettings

BATCH_BYTES_MAX: Final = 1_000_000
"""Below the topics' max.message.bytes, which bounds a whole batch."""
PAGE_FROM: Final = 32
"""From this many records for one partition on, closed batches cost less than single sends."""
CLOSE_TIMEOUT_S: Final = 5.0

_Lane = tuple[str, int]
_TOO_LARGE = (MessageSizeTooLargeError, RecordTooLargeError)


class KafkaPublisher:
    """Connects when it is first used. `async with` closes it after what is in flight is acknowledged."""

    def __init__(self, settings: KafkaSettings, *, client_id: str, timeout_s: float = 10.0) -> None:
        self._settings = settings
        self._client_id = client_id
        self._timeout_s = timeout_s
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()
        self._partitions: dict[str, int] = {}
        self._unsettled: defaultdict[_Lane, set[asyncio.Future[Any]]] = defaultdict(set)
        self._closing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._discard()
        if self._closing:
            await asyncio.wait(self._closing)

    async def publish(self, topic: str, records: Sequence[Record]) -> None:
        """Write all, in order per tenant, and wait for every acknowledgement.

        Raises:
            BrokerUnavailable: not all was acknowledged in time. Unknown which records are written; to repeat all of
                them keeps each tenant's order, with duplicates.
        """
        try:
            with reaching(self._settings, f"publishing to {topic}"):
                async with asyncio.timeout(self._timeout_s):
                    await self._publish(topic, records)
        except BrokerUnavailable as error:
            if isinstance(error.__cause__, _TOO_LARGE):
                raise error.__cause__ from None  # no repetition makes it smaller
            if isinstance(error.__cause__, KafkaError) and not error.__cause__.retriable:
                # The producer's session is spoilt (fenced, out of sequence): the next publish gets a fresh one.
                self._discard()
            raise

    async def _publish(self, topic: str, records: Sequence[Record]) -> None:
        producer = self._producer or await self._start()
        count = self._partitions.get(topic) or await self._count(producer, topic)
        lanes: defaultdict[int, list[Record]] = defaultdict(list)
        for record in records:
            lanes[partition_of(record.tenant, count)].append(record)
        sent: list[asyncio.Future[Any]] = []
        for partition, share in lanes.items():
            await self._clear((topic, partition))
            submit = self._send_page if len(share) >= PAGE_FROM else self._send_each
            sent += await submit(producer, topic, partition, share)
        for acknowledged in sent:
            await asyncio.shield(acknowledged)

    async def _clear(self, lane: _Lane) -> None:
        # What an earlier call gave up waiting for is still on its way, in order. To send behind it without end would
        # fill the memory during an outage; to send beside it would mix up the order.
        if unsettled := self._unsettled[lane]:
            await asyncio.wait(unsettled)

    async def _send_each(
        self, producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Record]
    ) -> list[asyncio.Future[Any]]:
        return [
            self._follow(
                (topic, partition),
                await producer.send(
                    topic, record.value, key=record.key, partition=partition, headers=list(record.headers)
                ),
            )
            for record in records
        ]

    async def _send_page(
        self, producer: AIOKafkaProducer, topic: str, partition: int, records: Sequence[Record]
    ) -> list[asyncio.Future[Any]]:
        sent = []
        batch = producer.create_batch()
        for record in records:
            headers = list(record.headers)
            if batch.append(timestamp=None, key=record.key, value=record.value, headers=headers) is None:
                sent.append(
                    self._follow((topic, partition), await producer.send_batch(batch, topic, partition=partition))
                )
                batch = producer.create_batch()
                batch.append(timestamp=None, key=record.key, value=record.value, headers=headers)
        sent.append(self._follow((topic, partition), await producer.send_batch(batch, topic, partition=partition)))
        return sent

    def _follow(self, lane: _Lane, future: asyncio.Future[Any]) -> asyncio.Future[Any]:
        unsettled = self._unsettled[lane]
        unsettled.add(future)

        def settled(done: asyncio.Future[Any]) -> None:
            unsettled.discard(done)
            if not done.cancelled():
                done.exception()  # whoever still waits for it is told; nobody may be left to

        future.add_done_callback(settled)
        return future

    async def _count(self, producer: AIOKafkaProducer, topic: str) -> int:
        count = self._partitions[topic] = len(await producer.partitions_for(topic))
        return count

    async def _start(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is not None:
                return self._producer
            producer = AIOKafkaProducer(
                bootstrap_servers=self._settings.bootstrap,
                client_id=self._client_id,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=BATCH_BYTES_MAX,
                max_request_size=BATCH_BYTES_MAX,
                request_timeout_ms=self._settings.request_timeout_ms,
                **parse_security(security(self._settings)),
            )
            try:
                await producer.start()
            except BaseException:
                self._close_later(producer)
                raise
            self._producer = producer
            return producer

    def _discard(self) -> None:
        if self._producer is not None:
            self._close_later(self._producer)
        self._producer = None
        self._partitions.clear()
        self._unsettled.clear()

    def _close_later(self, producer: AIOKafkaProducer) -> None:
        task = asyncio.create_task(_close(producer), name="close producer")
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def _close(producer: AIOKafkaProducer) -> None:
    try:
        async with asyncio.timeout(CLOSE_TIMEOUT_S):
            await producer.stop()
    except (KafkaError, OSError, TimeoutError) as error:
        logger().warning("producer not closed in order", reason=f"{type(error).__name__}: {error}")
