"""The relay on ports in memory: in order, at least once, one instance a tenant, checkpoint after acknowledgement."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from uuid import uuid4

import pytest

from contracts.topics import DOSSIER_EVENTS
from services.event_store.memory import MemoryEventStore
from services.event_store.memory_checkpoints import MemoryCheckpoints
from services.event_store.port import OtherGeneration
from services.messaging.memory import MemoryBroker
from services.messaging.port import BrokerUnavailable, Publisher, Record
from services.relay.publish import Pace, Relay
from services.runtime.clock import SystemClock
from tests.contract.event_store.events import append, event
from tests.waiting import until

TOPIC = DOSSIER_EVENTS.name
QUICK = Pace(page_max=10, look_every_s=0.005, checkpoint_every_s=0.0, take_over_every_s=0.005)


class World:
    """A store, its checkpoints and a broker that outlive every relay of the test."""

    def __init__(self, store: MemoryEventStore | None = None) -> None:
        self.store = store or MemoryEventStore()
        self.checkpoints = MemoryCheckpoints(self.store)
        self.broker = MemoryBroker(SystemClock(), partitions=4)

    def relay(self, name: str, *, publisher: Publisher | None = None, pace: Pace = QUICK) -> Relay:
        return Relay(
            store=self.store,
            checkpoints=self.checkpoints,
            publisher=publisher or self.broker.publisher(),
            clock=SystemClock(),
            instance=name,
            pace=pace,
        )

    async def add(self, tenant: str, first: int, last: int) -> None:
        await append(self.store, *(event(n, tenant=tenant, body=body(tenant, n)) for n in range(first, last + 1)))

    def published(self, tenant: str) -> list[bytes]:
        return [
            record.value for record in self.broker.records(TOPIC) if record.value.startswith(tenant.encode() + b" ")
        ]


def body(tenant: str, position: int) -> bytes:
    return f"{tenant} {position}".encode()


def bodies(tenant: str, first: int, last: int) -> list[bytes]:
    return [body(tenant, n) for n in range(first, last + 1)]


@pytest.fixture
def world() -> World:
    return World()


@contextlib.asynccontextmanager
async def running(relay: Relay) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.ensure_future(relay.run())
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_every_tenant_is_published_in_order_through_pages_of_any_size(world: World) -> None:
    await world.add("lang-son", 1, 35)
    async with running(world.relay("one")):
        await until(lambda: len(world.published("lang-son")) == 35)
        await world.add("ha-noi", 1, 20)  # a tenant that appears later, its last page exactly full
        await world.add("lang-son", 36, 36)
        await until(lambda: len(world.published("ha-noi")) == 20)
        await until(lambda: len(world.published("lang-son")) == 36)
    assert world.published("lang-son") == bodies("lang-son", 1, 36)
    assert world.published("ha-noi") == bodies("ha-noi", 1, 20)
    assert await world.checkpoints.all("relay") == {"lang-son": 36, "ha-noi": 20}


async def test_a_record_carries_the_stored_bytes_its_dossier_as_key_and_the_generation(world: World) -> None:
    await append(world.store, event(1, body=b"the very bytes", dossier="a"), event(2, dossier=None))
    async with running(world.relay("one")):
        await until(lambda: len(world.broker.records(TOPIC)) == 2)
    first, second = world.broker.records(TOPIC)
    assert first.value == b"the very bytes"
    assert (first.key, second.key) == (str(event(1, dossier="a").dossier).encode(), b"tenant")
    assert dict(first.headers)["generation"] == str(await world.store.generation()).encode()


class Silent(MemoryEventStore):
    """A store whose notifications are all lost."""

    async def listen(self, timeout_s: float) -> AsyncIterator[str | None]:  # noqa: ARG002 - the port's word
        await asyncio.Event().wait()
        yield None


async def test_news_that_were_never_announced_are_found_by_looking() -> None:
    world = World(Silent())
    async with running(world.relay("one")) as task:
        for position in (1, 2):
            await world.add("lang-son", position, position)
            await until(lambda position=position: len(world.published("lang-son")) == position)  # type: ignore[misc]
        assert not task.done()


class Held:
    """A publisher whose acknowledgements a test gives."""

    def __init__(self, inner: Publisher) -> None:
        self.inner = inner
        self.acknowledge = asyncio.Event()
        self.sent = 0

    async def publish(self, topic: str, records: Sequence[Record]) -> None:
        self.sent += len(records)
        await self.acknowledge.wait()
        await self.inner.publish(topic, records)


async def test_the_checkpoint_moves_after_the_acknowledgement_and_a_stop_waits_for_it(world: World) -> None:
    await world.add("lang-son", 1, 5)
    publisher = Held(world.broker.publisher())
    task = asyncio.ensure_future(world.relay("one", publisher=publisher).run())
    await until(lambda: publisher.sent == 5)
    assert await world.checkpoints.get("relay", "lang-son") == 0
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    publisher.acknowledge.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await world.checkpoints.get("relay", "lang-son") == 5
    assert world.published("lang-son") == bodies("lang-son", 1, 5)


class Flaky:
    """A publisher that writes half of what it is given and then says that it does not know, until told otherwise."""

    def __init__(self, inner: Publisher, *, failures: int) -> None:
        self.inner = inner
        self.failures = failures

    async def publish(self, topic: str, records: Sequence[Record]) -> None:
        if self.failures:
            self.failures -= 1
            await self.inner.publish(topic, records[: len(records) // 2])
            raise BrokerUnavailable("no acknowledgement")
        await self.inner.publish(topic, records)


async def test_a_page_that_failed_half_way_is_repeated_whole(world: World) -> None:
    await world.add("lang-son", 1, 25)
    relay = world.relay("one", publisher=Flaky(world.broker.publisher(), failures=2))
    for _ in range(2):
        with pytest.raises(BrokerUnavailable):
            await relay.run()
        assert await world.checkpoints.get("relay", "lang-son") == 0
    async with running(relay):
        await until(lambda: world.published("lang-son")[-1:] == [body("lang-son", 25)])
    assert world.published("lang-son") == bodies("lang-son", 1, 5) * 2 + bodies("lang-son", 1, 25)


async def test_what_was_published_before_a_crash_comes_again_and_nothing_is_left_out(world: World) -> None:
    await world.add("lang-son", 1, 30)
    await world.broker.publisher().publish(TOPIC, [Record(b"", body("lang-son", n), "lang-son") for n in range(1, 8)])
    async with running(world.relay("after the crash")):
        await until(lambda: len(world.published("lang-son")) == 37)
    assert world.published("lang-son") == bodies("lang-son", 1, 7) + bodies("lang-son", 1, 30)


async def test_two_instances_publish_each_tenant_once_and_one_takes_over_from_the_other(world: World) -> None:
    one, two = world.relay("one"), world.relay("two")
    async with running(two):
        async with running(one):
            await world.add("lang-son", 1, 10)
            await world.add("ha-noi", 1, 10)
            await until(lambda: len(world.published("lang-son")) == 10 and len(world.published("ha-noi")) == 10)
            held = [set(await each.readings()) for each in (one, two)]
            assert held[0] | held[1] == {"lang-son", "ha-noi"}
            assert not held[0] & held[1]
        await world.add("lang-son", 11, 12)
        await world.add("ha-noi", 11, 12)
        await until(lambda: len(world.published("lang-son")) == 12 and len(world.published("ha-noi")) == 12)
    assert world.published("lang-son") == bodies("lang-son", 1, 12)
    assert world.published("ha-noi") == bodies("ha-noi", 1, 12)


async def test_a_log_of_another_generation_is_refused(world: World) -> None:
    await world.add("lang-son", 1, 3)
    async with running(world.relay("one")):
        await until(lambda: len(world.published("lang-son")) == 3)
    world.store.renew_generation(uuid4())
    with pytest.raises(OtherGeneration, match="another generation"):
        await world.relay("two").run()
    assert len(world.published("lang-son")) == 3


async def test_what_is_read_is_told_to_health(world: World) -> None:
    publisher = Held(world.broker.publisher())
    relay = world.relay("one", publisher=publisher)
    await world.add("lang-son", 1, 15)
    task = asyncio.ensure_future(relay.run())
    await until(lambda: publisher.sent == 10)
    readings = await relay.readings()
    assert (readings["lang-son"].supply, readings["lang-son"].done) == (15, 0)
    publisher.acknowledge.set()
    await until(lambda: len(world.published("lang-son")) == 15)
    await until(lambda: relay._lanes["lang-son"].position == 15)
    assert (await relay.readings())["lang-son"].done == 15
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
