"""A broker in memory with Kafka's rules: partitions, groups, rebalances, redelivery; for tests and the simulation."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from contracts.topics import partition_of
from services.messaging.consume import Intake, Interrupted, Limits
from services.messaging.port import BatchHandler, BrokerUnavailable, Received, Record
from services.parking.port import ParkingLot
from services.runtime.clock import Clock
from services.runtime.metrics import Metrics

Step = Callable[[str], Awaitable[None]]
"""Called with a name wherever the real thing would wait for the network; it may let others run, or raise."""


async def _no_step(_: str) -> None:
    return


@dataclass(eq=False, slots=True)
class _Member:
    """One consumer in a group. It learns of a rebalance late, as a real one does: `generation` may be an old one."""

    topic: str
    group: str
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    stopping: bool = False
    generation: int = -1
    positions: dict[int, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Group:
    generation: int = 0
    members: list[_Member] = field(default_factory=list)
    shares: dict[int, _Member] = field(default_factory=dict)
    committed: dict[int, int] = field(default_factory=dict)


class MemoryBroker:
    """Topics and groups. `available = False` is an outage: publishing raises, consumers are given nothing."""

    def __init__(self, clock: Clock, *, partitions: int = 12, step: Step = _no_step) -> None:
        self._clock = clock
        self._partitions = partitions
        self._step = step
        self._logs: dict[str, list[list[Received]]] = {}
        self._groups: defaultdict[tuple[str, str], _Group] = defaultdict(_Group)
        self.available = True

    def publisher(self) -> MemoryPublisher:
        """A client that writes."""
        return MemoryPublisher(self)

    def consumer(
        self,
        *,
        parking: ParkingLot,
        metrics: Metrics,
        limits: Limits | None = None,
        trouble: Callable[[str | None], None] = lambda _: None,
    ) -> MemoryConsumer:
        """A client that reads; each call of its `run` is a member of its group."""
        return MemoryConsumer(self, self._clock, parking, metrics, limits or Limits(), trouble)

    def records(self, topic: str) -> list[Received]:
        """All that was ever written to a topic, partition by partition."""
        return [record for partition in self._log(topic) for record in partition]

    def committed(self, topic: str, group: str) -> dict[int, int]:
        """Partition → offset of the next record the group will read."""
        return dict(self._groups[topic, group].committed)

    def behind(self, topic: str, group: str) -> int:
        """How many records the group has not committed yet."""
        committed = self._groups[topic, group].committed
        return sum(len(log) - committed.get(index, 0) for index, log in enumerate(self._log(topic)))

    def rebalance(self, topic: str, group: str) -> None:
        """Deal the partitions out anew, in another order, while members are still busy with what they hold."""
        members = self._groups[topic, group].members
        members.append(members.pop(0))
        self._deal(topic, group)

    def write(self, topic: str, partition: int, record: Received) -> None:
        """Put a record of any shape at the end of a partition, as a foreign client could."""
        log = self._log(topic)[partition]
        log.append(
            Received(
                topic=topic,
                partition=partition,
                offset=len(log),
                key=record.key,
                value=record.value,
                timestamp_ms=record.timestamp_ms,
                headers=record.headers,
            )
        )
        self._wake(topic)

    def set_available(self, available: bool) -> None:  # noqa: FBT001 - it is the one thing this says
        """Begin or end an outage."""
        self.available = available
        for topic in self._logs:
            self._wake(topic)

    async def append(self, topic: str, records: Sequence[Record]) -> None:
        """Write, with the network's chance to fail before, in the middle and after."""
        await self._step("publish")
        for index, record in enumerate(records):
            if index and index == len(records) // 2:
                await self._step("publish half-way")
            if not self.available:
                raise BrokerUnavailable("the broker is away")
            self.write(
                topic,
                partition_of(record.tenant, self._partitions),
                Received(
                    topic=topic,
                    partition=0,
                    offset=0,
                    key=record.key,
                    value=record.value,
                    timestamp_ms=int(self._clock.now().timestamp() * 1000),
                    headers=record.headers,
                ),
            )
        await self._step("published")

    def join(self, member: _Member) -> None:
        """Add a member to its group and deal the partitions out anew."""
        self._groups[member.topic, member.group].members.append(member)
        self._deal(member.topic, member.group)

    def leave(self, member: _Member) -> None:
        """Take a member out; harmless when it is out already. For a member that still runs: its session has ended."""
        group = self._groups[member.topic, member.group]
        if member in group.members:
            group.members.remove(member)
            self._deal(member.topic, member.group)

    async def fetch(self, member: _Member, batch_max: int) -> list[Received]:
        """What comes next for this member, waiting for it; nothing when it was interrupted."""
        await self._step("fetch")
        while not member.stopping:
            member.wake.clear()
            if member not in self._groups[member.topic, member.group].members:
                self.join(member)  # it learns that its session had ended when it asks for more, and comes back
            self._synchronise(member)
            batch: list[Received] = []
            for partition, position in sorted(member.positions.items()):
                if not self.available or len(batch) >= batch_max:
                    break
                found = self._log(member.topic)[partition][position : position + batch_max - len(batch)]
                member.positions[partition] += len(found)
                batch += found
            if batch:
                return batch
            await member.wake.wait()
        return []

    async def commit(self, member: _Member, offsets: Mapping[tuple[str, int], int]) -> None:
        """Take a member's commit; that of one whose partitions went elsewhere changes nothing."""
        await self._step("commit")
        group = self._groups[member.topic, member.group]
        if member.generation == group.generation:
            for (_, partition), offset in offsets.items():
                if partition in member.positions:
                    group.committed[partition] = offset
        await self._step("committed")

    def forget_position(self, member: _Member) -> None:
        """Read on from what is committed: what was fetched and not committed comes again."""
        member.generation = -1

    def _synchronise(self, member: _Member) -> None:
        group = self._groups[member.topic, member.group]
        if member.generation != group.generation:
            member.generation = group.generation
            member.positions = {
                partition: group.committed.get(partition, 0) for partition, who in group.shares.items() if who is member
            }
            if not member.stopping:
                member.interrupted.clear()

    def _deal(self, topic: str, name: str) -> None:
        group = self._groups[topic, name]
        group.generation += 1
        group.shares = (
            {index: group.members[index % len(group.members)] for index in range(self._partitions)}
            if group.members
            else {}
        )
        for member in group.members:
            member.interrupted.set()
            member.wake.set()

    def _log(self, topic: str) -> list[list[Received]]:
        return self._logs.setdefault(topic, [[] for _ in range(self._partitions)])

    def _wake(self, topic: str) -> None:
        for (name, _), group in self._groups.items():
            if name == topic:
                for member in group.members:
                    member.wake.set()


class MemoryPublisher:
    """Writes records and knows that they are written."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._broker = broker

    async def publish(self, topic: str, records: Sequence[Record]) -> None:
        """Write all, in order per tenant. Raises BrokerUnavailable: unknown how many are written."""
        await self._broker.append(topic, records)


class MemoryConsumer:
    """Gives a group's share of a topic to one handler through the same engine as the real one."""

    def __init__(
        self,
        broker: MemoryBroker,
        clock: Clock,
        parking: ParkingLot,
        metrics: Metrics,
        limits: Limits,
        trouble: Callable[[str | None], None],
    ) -> None:
        self._broker = broker
        self._clock = clock
        self._parking = parking
        self._metrics = metrics
        self._limits = limits
        self._trouble = trouble
        self.member: _Member | None = None

    async def run(
        self,
        topic: str,
        group: str,
        handler: BatchHandler,
        *,
        batch_max: int,
        wait_ms: int,  # noqa: ARG002 - waiting needs no clock here
        rest_ms: int = 0,  # noqa: ARG002 - a rest saves round trips, of which there are none here
    ) -> None:
        """Fetch, handle, park what is poisoned, commit; for ever. Cancelling it drains what is in flight."""
        intake = Intake(
            group=group,
            handler=handler,
            parking=self._parking,
            clock=self._clock,
            metrics=self._metrics,
            limits=self._limits,
            trouble=self._trouble,
        )
        member = self.member = _Member(topic, group)
        self._broker.join(member)
        work = asyncio.ensure_future(self._work(member, intake, batch_max))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            member.stopping = True
            member.interrupted.set()
            member.wake.set()
            await work
            raise
        finally:
            self._broker.leave(member)

    def lose_session(self) -> None:
        """The group gives this member's partitions to others without its knowing: it goes on with what it holds."""
        if self.member is not None:
            self._broker.leave(self.member)
            self.member.wake.set()

    async def _work(self, member: _Member, intake: Intake, batch_max: int) -> None:
        while not member.stopping:
            batch = await self._broker.fetch(member, batch_max)
            if batch:
                try:
                    await intake.take(batch, _MemorySession(self._broker, member))
                except Interrupted:
                    self._broker.forget_position(member)


@dataclass(slots=True)
class _MemorySession:
    """What the engine sees of a member."""

    broker: MemoryBroker
    member: _Member

    @property
    def interrupted(self) -> asyncio.Event:
        return self.member.interrupted

    async def commit(self, offsets: Mapping[tuple[str, int], int]) -> None:
        await self.broker.commit(self.member, offsets)
