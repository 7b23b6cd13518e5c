"""Recorders and relays as real processes, two of each, on real Kafka and PostgreSQL, killed while they work."""

import asyncio
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx
import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from contracts.dossier_events import DossierEvent
from contracts.observations import Observation, encode_observation
from contracts.topics import DOSSIER_EVENTS, OBSERVATIONS, partition_of
from deploy.kafka import topics
from deploy.local.infra import local_infra
from services.event_store.memory import MemoryEventStore
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Record
from services.parking.postgres import PostgresParkingLot
from services.runtime.settings import KafkaSettings
from tests.builders import TENANT, connecting, observation
from tests.unit.recorder.recording import log_of, recorder, story, wire
from tests.waiting import until

ROOT = Path(__file__).resolve().parents[3]
TURNS = 4


class Running:
    """One of our processes."""

    def __init__(self, process: asyncio.subprocess.Process, port: int, log: Path) -> None:
        self.process = process
        self.log = log
        self.url = f"http://127.0.0.1:{port}"

    async def ready(self) -> bool:
        assert self.process.returncode is None, f"it ended while starting: {self.log.read_text()}"
        try:
            async with httpx.AsyncClient() as client:
                return (await client.get(f"{self.url}/health/ready")).status_code == 200
        except httpx.TransportError:
            return False

    async def holds(self) -> bool:
        """Whether it has the tenant's partition (recorder) or its log (relay)."""
        lane = f"{OBSERVATIONS.name}/{partition_of(TENANT, OBSERVATIONS.partitions)}"
        async with httpx.AsyncClient() as client:
            status = (await client.get(f"{self.url}/status")).json()
        return any(each["lane"] in {lane, TENANT} for each in status["lanes"])

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)

    async def stop(self) -> int:
        if self.process.returncode is None:
            self.process.terminate()
        return await asyncio.wait_for(self.process.wait(), 30)


class World:
    """The servers as this test has them, and the processes it started."""

    def __init__(self, bootstrap: str, dsn: str, roles: Callable[[str, str], str], logs: Path) -> None:
        self.bootstrap = bootstrap
        self.dsn = dsn
        self.started: list[Running] = []
        self._roles = roles
        self._logs = logs

    async def start(self, name: str) -> Running:
        port = _free_port()
        log_file = self._logs / f"{name}-{len(self.started)}.log"
        with log_file.open("wb") as log:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", f"services.{name}"),
                cwd=ROOT,
                stderr=log,
                env={
                    **os.environ,
                    "KHOP_POSTGRES_DSN": self._roles(self.dsn, f"khop_{name}"),
                    "KHOP_KAFKA_BOOTSTRAP": self.bootstrap,
                    "KHOP_KAFKA_SESSION_TIMEOUT_MS": "1000",
                    "KHOP_PORT": str(port),
                    "KHOP_LOG_FORMAT": "console",
                },
            )
        running = Running(process, port, log_file)
        self.started.append(running)
        await until(running.ready)
        return running

    @asynccontextmanager
    async def store(self) -> AsyncIterator[PostgresEventStore]:
        async with asyncpg.create_pool(self.dsn, min_size=1, max_size=2) as pool:
            yield PostgresEventStore(pool, dsn=self.dsn)

    async def observe(self, observations: Sequence[Observation]) -> None:
        async with KafkaPublisher(KafkaSettings(bootstrap=self.bootstrap), client_id="observer") as publisher:
            await publisher.publish(OBSERVATIONS.name, [_record(each) for each in observations])

    @asynccontextmanager
    async def held_up(self, table: str) -> AsyncIterator[None]:
        """Nobody writes to this table for as long as the block."""
        admin = await asyncpg.connect(self.dsn)
        try:
            async with admin.transaction():
                await admin.execute(f"LOCK TABLE {table} IN SHARE MODE")
                yield
        finally:
            await admin.close()

    async def wait_until_one_is_inside(self) -> None:
        """Until a writer waits for a table that is held up: it is in its transaction and has the tenant's lock."""
        admin = await asyncpg.connect(self.dsn)
        try:
            waiting = (
                "SELECT EXISTS (SELECT FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock' AND wait_event = 'relation')"
            )
            await until(lambda: admin.fetchval(waiting))
        finally:
            await admin.close()

    async def published(self) -> list[bytes]:
        """The values in the tenant's partition of the events topic, in order."""
        partition = TopicPartition(DOSSIER_EVENTS.name, partition_of(TENANT, DOSSIER_EVENTS.partitions))
        async with AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        ) as consumer:
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            values: list[bytes] = []
            while await consumer.position(partition) < end:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    values += [record.value for record in records if record.value is not None]
            return values


def _record(each: Observation) -> Record:
    return Record(f"{each.system}/{each.code}".encode(), encode_observation(each), each.tenant)


def _free_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@pytest.fixture
async def world(postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path) -> AsyncIterator[World]:
    # A broker of its own: topics and group have fixed names, and what another test left in them would be recorded.
    async with local_infra(tmp_path / "infra", fsync=False) as infra:
        await topics.ensure(infra.kafka_bootstrap)
        made = World(infra.kafka_bootstrap, postgres_dsn, as_role, tmp_path)
        try:
            yield made
        finally:
            for running in made.started:
                if running.process.returncode is None:
                    running.kill()
                await running.process.wait()


def facts_of(log: Sequence[DossierEvent]) -> list[UUID]:
    """The ids of what was observed. Announcements are left out: how many there are depends on the batches."""
    return [event.id for event in log if event.act not in {"restated", "merged", "split"}]


def long_story() -> list[Observation]:
    """Enough that kills hit the middle of it."""
    told = story()
    for number in range(1_500):
        code = f"H99-{1_000 + number % 300:04}"
        told.append(
            observation("one-stop", "step_completed", f"14/5 {8 + number // 300:02}:00", code=code, step=str(number))
        )
    return told


async def test_two_recorders_and_two_relays_are_killed_in_turn_and_the_log_is_what_one_would_have_written(
    world: World,
) -> None:
    told = long_story()
    expected = MemoryEventStore()
    await recorder(expected).handle(wire(told))
    facts = facts_of(await log_of(expected))
    names = ["recorder", "relay"]
    crew = {name: [await world.start(name), await world.start(name)] for name in names}
    chance = random.Random(7)
    share = len(told) // TURNS
    async with world.store() as store:
        for turn in range(TURNS):
            await world.observe(told[turn * share : (turn + 1) * share if turn < TURNS - 1 else len(told)])
            name = names[turn % 2]
            victim = crew[name].pop(chance.randrange(2))
            victim.kill()
            crew[name].append(await world.start(name))

        async def all_recorded() -> bool:
            return {event.id for event in await log_of(store)} >= set(facts)

        await until(all_recorded, timeout_s=60)
        for each in crew["recorder"]:
            assert await each.stop() == 0
        log = await log_of(store)
        bodies = [event.body for event in await store.read(TENANT, after=0, limit=100_000)]

        async def all_published() -> bool:
            return (await world.published())[-1:] == bodies[-1:]

        await until(all_published, timeout_s=60)
        assert await store.gaps() == {}
    assert facts_of(log) == facts
    states = {event.subject: event.state for event in log}
    assert states == {event.subject: event.state for event in await log_of(expected)}
    seen: list[bytes] = []
    positions = {body: position for position, body in enumerate(bodies)}
    for value in await world.published():
        if not seen or positions[value] > positions[seen[-1]]:
            seen.append(value)
    assert seen == bodies
    for each in crew["relay"]:
        assert await each.stop() == 0


async def test_a_recorder_that_sleeps_in_the_middle_of_a_batch_writes_nothing_when_it_wakes_and_goes_on(
    world: World,
) -> None:
    told = long_story()
    expected = MemoryEventStore()
    await recorder(expected).handle(wire(told))
    first, asleep, awake, alone = told[:100], told[100:400], told[400:700], told[700:]
    async with world.store() as store:

        async def recorded(share: Sequence[Observation]) -> bool:
            return {event.id for event in await log_of(store)} >= {each.id for each in share}

        sleeper = await world.start("recorder")
        await world.observe(first)
        await until(lambda: recorded(first), timeout_s=60)
        async with world.held_up("identity.codes"):
            await world.observe(asleep)
            await world.wait_until_one_is_inside()
            sleeper.process.send_signal(signal.SIGSTOP)
        other = await world.start("recorder")
        await until(lambda: recorded(asleep), timeout_s=60)
        assert await other.holds()
        sleeper.process.send_signal(signal.SIGCONT)
        await world.observe(awake)
        await until(lambda: recorded(awake), timeout_s=60)
        await until(sleeper.ready, timeout_s=60)
        assert await other.stop() == 0
        await world.observe(alone)
        await until(lambda: recorded(alone), timeout_s=60)
        assert await sleeper.stop() == 0
        log = await log_of(store)
        assert await store.gaps() == {}
    assert facts_of(log) == facts_of(await log_of(expected))
    states = {event.subject: event.state for event in log}
    assert states == {event.subject: event.state for event in await log_of(expected)}


async def test_a_killed_holder_is_replaced_within_seconds(world: World) -> None:
    both = [await world.start("recorder"), await world.start("recorder")]
    await world.observe([connecting("one-stop", "one_stop")])
    async with world.store() as store:
        await until(lambda: _head(store, 1))
        await until(lambda: _one_holds(both))
        for turn in range(2):
            holder = both[0] if await both[0].holds() else both[1]
            holder.kill()
            killed_at = time.monotonic()
            await world.observe([observation("one-stop", "accepted", "13/5 09:00", code=f"H99-{turn}")])
            await until(lambda turn=turn: _head(store, turn + 2))  # type: ignore[misc]
            assert time.monotonic() - killed_at < 6
            both.remove(holder)
            both.append(await world.start("recorder"))
            await until(lambda both=both: _one_holds(both))  # type: ignore[misc]


async def test_what_is_no_observation_is_parked_and_seen_and_the_rest_is_recorded(world: World) -> None:
    await world.start("recorder")
    async with KafkaPublisher(KafkaSettings(bootstrap=world.bootstrap), client_id="foreign") as publisher:
        accepted = _record(observation("one-stop", "accepted", "13/5 09:00"))
        garbage = Record(b"k", b"\x00garbage", TENANT, (("trace", b"\xff"),))
        await publisher.publish(OBSERVATIONS.name, [garbage, accepted])
    async with world.store() as store, asyncpg.create_pool(world.dsn, min_size=1, max_size=1) as pool:
        lot = PostgresParkingLot(pool)
        await until(lambda: _head(store, 1))
        await until(lot.list)
        (parked,) = await lot.list()
    assert (parked.value, parked.group, parked.attempts) == (b"\x00garbage", "khop.recorder", 1)
    assert parked.reason.startswith("record: Invalid JSON")


async def _head(store: PostgresEventStore, position: int) -> bool:
    return await store.head(TENANT) >= position


async def _one_holds(both: Sequence[Running]) -> bool:
    return sum([await each.holds() for each in both]) == 1
