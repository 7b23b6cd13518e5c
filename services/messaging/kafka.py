"""Reading from Kafka through FastStream, with nothing left to its defaults: bytes in, offsets committed by hand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from contextlib import suppress
from contextvars import copy_context
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aiokafka import ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import FAKE_CONSUMER

from services.messaging.consume import Intake, Interrupted, Limits
from services.messaging.kafka_client import reaching, security
from services.messaging.port import BatchHandler, Received
from services.parking.port import ParkingLot
from services.runtime.clock import Clock
from services.runtime.health import Health, Reading
from services.runtime.logging import logger
from services.runtime.metrics import Metrics
from services.runtime.settings import KafkaSettings

if TYPE_CHECKING:
    from aiokafka import AIOKafkaConsumer

    Raw = tuple[ConsumerRecord[bytes, bytes], ...]

GIVE_UP_WAIT_S: Final = 2.0
"""How long a rebalance waits for the batch in hand; what lasts longer is done again elsewhere."""
CLOSE_TIMEOUT_S: Final = 3.0
FETCH_WAIT_MS: Final = 50
"""How long the broker holds a fetch that finds nothing. The client has one fetch a broker under way: with a backlog it
asks for the other partitions meanwhile, and a busy one's next records wait until that idle fetch comes back."""
FETCH_BYTES_MAX: Final = 4 * 1024 * 1024


@dataclass(slots=True)
class _Share(ConsumerRebalanceListener):  # type: ignore[misc] # shipped without type information
    """The partitions this instance has now, and how far each is committed."""

    consumer: AIOKafkaConsumer | None = None
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    idle: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    done: dict[TopicPartition, int] = field(default_factory=dict)

    async def commit(self, offsets: Mapping[tuple[str, int], int]) -> None:
        if self.consumer is None:
            return
        assigned = self.consumer.assignment()
        given = {TopicPartition(*where): offset for where, offset in offsets.items()}
        mine = {partition: offset for partition, offset in given.items() if partition in assigned}
        if not mine:
            return
        try:
            await self.consumer.commit(mine)
        except (CommitFailedError, IllegalStateError) as error:
            # Another member has the partition now and will be given these records again; all of ours bear that.
            logger().info("not committed", reason=str(error))
        else:
            self.done.update(mine)

    def hold_back(self) -> None:
        """Fetch nothing ahead: all that comes after the first record fetched ahead would wait for one batch more."""
        if self.consumer is not None:
            self.consumer.pause(*self.consumer.assignment())

    def go_on(self) -> None:
        """Fetch again what has come meanwhile."""
        if self.consumer is not None:
            self.consumer.resume(*self.consumer.assignment())

    async def on_partitions_revoked(self, revoked: set[TopicPartition]) -> None:
        self.interrupted.set()
        try:
            async with asyncio.timeout(GIVE_UP_WAIT_S):
                await self.idle.wait()
        except TimeoutError:
            logger().warning("partitions given up with a batch in hand", partitions=len(revoked))
        self.done.clear()

    async def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self.done.clear()
        if not self.stopping:
            self.interrupted.clear()
        logger().info("assigned", partitions=sorted(each.partition for each in assigned))


class KafkaConsumer:
    """One member of a group; `readings` and `unassigned` are for Health."""

    def __init__(
        self,
        settings: KafkaSettings,
        *,
        parking: ParkingLot,
        clock: Clock,
        metrics: Metrics,
        health: Health,
        client_id: str,
        limits: Limits | None = None,
        drain_timeout_s: float = 10.0,
    ) -> None:
        self._settings = settings
        self._parking = parking
        self._clock = clock
        self._metrics = metrics
        self._health = health
        self._client_id = client_id
        self._limits = limits or Limits()
        self._drain_timeout_s = drain_timeout_s
        self._share: _Share | None = None

    async def run(
        self, topic: str, group: str, handler: BatchHandler, *, batch_max: int, wait_ms: int, rest_ms: int = 0
    ) -> None:
        """Fetch, handle, park what is poisoned, commit; for ever. Cancelling it drains what is in flight.

        Raises BrokerUnavailable, TooManyParked, and whatever defect the handler raised.
        """
        name = f"{topic} ({group})"
        intake = Intake(
            group=group,
            handler=handler,
            parking=self._parking,
            clock=self._clock,
            metrics=self._metrics,
            limits=self._limits,
            trouble=lambda reason: self._health.clear(name) if reason is None else self._health.trouble(name, reason),
        )
        share = _Share()
        share.idle.set()
        ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        # FastStream keeps each message in the context it is handled in, and a timer set there, such as a database
        # connection sets for every statement it keeps, holds on to that context and with it to the whole batch.
        outside = copy_context()

        async def take(raw: Raw) -> None:
            # FastStream logs an error and goes on to the next batch, which would be committed over this one.
            # So nothing gets out of here: the first error ends `run`, and nothing is taken after it.
            if ended.done() or share.stopping:
                return
            share.idle.clear()
            caught_up = len(raw) < batch_max
            if caught_up:
                share.hold_back()
            try:
                taking = intake.take([_received(record) for record in raw], share)
                await asyncio.create_task(taking, context=outside.copy())
            except Interrupted as reason:
                logger().info("interrupted", group=group, reason=str(reason))
            except asyncio.CancelledError:
                raise
            except BaseException as error:  # noqa: BLE001 - handed to `run`, which raises it
                if not ended.done():
                    ended.set_exception(error)
            finally:
                share.idle.set()
            if rest_ms and caught_up:
                with suppress(TimeoutError):
                    async with asyncio.timeout(rest_ms / 1000):
                        await share.interrupted.wait()
            share.go_on()

        broker = self._broker()
        subscriber = broker.subscriber(
            topic,
            batch=True,
            group_id=group,
            ack_policy=AckPolicy.MANUAL,
            auto_offset_reset="earliest",
            max_records=batch_max,
            batch_timeout_ms=wait_ms,
            fetch_min_bytes=1,
            fetch_max_wait_ms=FETCH_WAIT_MS,
            max_partition_fetch_bytes=FETCH_BYTES_MAX,
            session_timeout_ms=self._settings.session_timeout_ms,
            heartbeat_interval_ms=max(250, self._settings.session_timeout_ms // 4),
            # A member that hangs keeps the others waiting at most this long, a slow batch is no reason to lose it.
            rebalance_timeout_ms=max(self._settings.session_timeout_ms, int(3_000 * GIVE_UP_WAIT_S)),
            max_poll_interval_ms=300_000,
            isolation_level="read_uncommitted",
            listener=share,
            parser=_keep_bytes,
            decoder=_no_decoding,
            no_reply=True,
        )
        subscriber(take)
        try:
            with reaching(self._settings, f"joining {group} on {topic}"):
                starting = asyncio.create_task(broker.start())
                try:
                    while not starting.done():
                        await asyncio.wait((starting,), timeout=0.01)
                        share.consumer = subscriber.consumer
                    await starting
                finally:
                    starting.cancel()
            self._share = share
            await ended
        finally:
            share.stopping = True
            share.interrupted.set()
            self._share = None
            self._health.clear(name)
            await self._close(broker)

    async def _close(self, broker: KafkaBroker) -> None:
        try:
            async with asyncio.timeout(self._drain_timeout_s + CLOSE_TIMEOUT_S):
                await broker.stop()
        except (KafkaError, OSError, TimeoutError) as error:
            logger().warning("consumer not closed in order", reason=f"{type(error).__name__}: {error}")

    async def readings(self) -> Mapping[str, Reading]:
        """How much each of this member's partitions holds by the broker's own word, and how much of it is committed.

        The fetcher's idea of the end would stand still together with a fetcher that hangs.
        """
        share, consumer = self._share, self._share and self._share.consumer
        if share is None or consumer is None:
            return {}
        mine = consumer.assignment()
        ends = await consumer.end_offsets(mine) if mine else {}
        for partition in mine - share.done.keys():
            committed = await consumer.committed(partition)
            if committed is None:
                committed = (await consumer.beginning_offsets([partition]))[partition]
            share.done.setdefault(partition, committed)
        return {
            f"{partition.topic}/{partition.partition}": Reading(supply=end, done=share.done[partition])
            for partition, end in ends.items()
            if partition in share.done
        }

    async def unassigned(self) -> str | None:
        """Why this member does nothing yet; None once it has partitions, or has joined and there are none left."""
        if self._share is None:
            return f"not joined its group at {self._settings.bootstrap} yet"
        return None

    def _broker(self) -> KafkaBroker:
        return KafkaBroker(
            self._settings.bootstrap,
            client_id=self._client_id,
            security=security(self._settings),
            request_timeout_ms=self._settings.request_timeout_ms,
            ack_policy=AckPolicy.MANUAL,
            consumer_only=True,
            allow_auto_create_topics=False,
            apply_types=False,
            graceful_timeout=self._drain_timeout_s,
            logger=logging.getLogger("khop.kafka"),
            log_level=logging.DEBUG,
        )


async def _keep_bytes(raw: Any) -> KafkaMessage:
    # The framework's own parser decodes every header and raises on one that is null or not UTF-8; the record would
    # be skipped and committed over. Ours looks at nothing, so it cannot raise; and it can commit nothing either.
    return KafkaMessage(raw_message=raw, body=b"", headers={}, consumer=FAKE_CONSUMER)


async def _no_decoding(message: KafkaMessage) -> Any:
    return message.raw_message


def _received(record: ConsumerRecord[bytes, bytes]) -> Received:
    return Received(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        key=record.key,
        value=record.value or b"",
        timestamp_ms=record.timestamp,
        headers=tuple(record.headers),
    )
