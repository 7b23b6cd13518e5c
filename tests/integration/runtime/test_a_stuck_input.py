"""Every process that reads an input says so when it is stuck on it, while it is alive, connected and idle otherwise."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import asyncpg
import httpx

from contracts.observations import Observation, encode_observation
from contracts.topics import OBSERVATIONS
from deploy.kafka import topics
from deploy.local.infra import Infra, local_infra
from deploy.local.processes import BY_NAME
from deploy.postgres.migrate import migrate
from services.deliveries.port import Subscriber
from services.deliveries.postgres import PostgresLedger
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Record
from services.recorder.record import Recorder
from services.runtime.clock import SystemClock
from services.runtime.health import BOUND_S
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from tests.builders import TENANT
from tests.integration.started import Started, started
from tests.unit.recorder.recording import story, wire
from tests.waiting import until

NAMES = ("recorder", "relay", "projector", "deliverer")
RED_WITHIN_S = 15
WAITED = re.compile(r"for (\d+) s")


@asynccontextmanager
async def running(infra: Infra, folder: Path) -> AsyncIterator[dict[str, Started]]:
    async with AsyncExitStack() as stack:
        processes = {
            name: await stack.enter_async_context(
                started(
                    name,
                    folder,
                    KHOP_POSTGRES_DSN=infra.dsn_as(BY_NAME[name].role),
                    KHOP_KAFKA_BOOTSTRAP=infra.kafka_bootstrap,
                    KHOP_KAFKA_SESSION_TIMEOUT_MS="2000",
                )
            )
            for name in NAMES
        }
        await asyncio.gather(*(one.ready() for one in processes.values()))
        yield processes


async def reasons(one: Started, kind: str = "live") -> list[str]:
    async with httpx.AsyncClient(trust_env=False, timeout=20.0) as client:
        answer = await client.get(f"{one.url}/health/{kind}")
        found: list[str] = answer.json()["reasons"]
        assert (answer.status_code == 200) == (not found)
        return found


async def first_red(one: Started) -> list[str]:
    """What it says the first time that it says anything."""
    found: list[str] = []

    async def says() -> bool:
        found[:] = await reasons(one)
        return bool(found)

    try:
        await until(says, timeout_s=30)
    except TimeoutError:
        raise AssertionError(f"it says nothing: {await one.lanes()}; {one.log.read_text()[-2000:]}") from None
    return found


async def observe(infra: Infra, said: Sequence[Observation]) -> None:
    async with KafkaPublisher(KafkaSettings(bootstrap=infra.kafka_bootstrap), client_id="test") as publisher:
        records = [Record(each.code.encode(), encode_observation(each), each.tenant) for each in said]
        await publisher.publish(OBSERVATIONS.name, records)


async def test_each_turns_red_when_it_is_stuck_says_on_what_and_is_healthy_while_it_has_nothing_to_do(
    tmp_path: Path,
) -> None:
    said = story(40)
    async with local_infra(tmp_path / "data", fsync=False) as infra:
        await migrate(infra.postgres_dsn)
        await topics.ensure(infra.kafka_bootstrap)
        async with (
            open_pool(infra.postgres_dsn, name="test") as pool,
            running(infra, tmp_path) as processes,
        ):
            settings = {"url": "http://127.0.0.1:9", "secret": "known to both sides"}
            portal = Subscriber(TENANT, "portal", "webhook", "history", settings, paused=True)
            await PostgresLedger(pool).subscribe(portal, from_position=0)
            holder = await asyncpg.connect(infra.postgres_dsn)
            try:
                async with holder.transaction():
                    # The projector and the deliverer cannot write what they are about to be given.
                    await holder.execute("LOCK TABLE read.builds, deliveries.open IN SHARE MODE")
                    store = PostgresEventStore(pool, dsn=infra.postgres_dsn)
                    recorder = Recorder(store=store, clock=SystemClock())
                    assert not await recorder.handle(wire(said[:20]))
                    await until(lambda: published(processes["relay"]))
                    # The recorder cannot write and the relay cannot read any more.
                    await holder.execute("LOCK TABLE log.events IN ACCESS EXCLUSIVE MODE")
                    await observe(infra, said[20:])
                    told = dict(zip(processes, await asyncio.gather(*map(first_red, processes.values())), strict=True))
                for name, found in told.items():
                    waited = [int(seconds) for seconds in WAITED.findall(" ".join(found))]
                    assert waited, f"{name}: {found}"
                    assert BOUND_S <= max(waited) <= RED_WITHIN_S, f"{name}: {found}"
            finally:
                await holder.close()
            for one in processes.values():
                await until(lambda one=one: level(one), timeout_s=60)
            # Longer than what is stuck may take until it is seen: having nothing to do is not being stuck.
            await asyncio.sleep(BOUND_S + 2)
            for name, one in processes.items():
                assert (name, await reasons(one), await reasons(one, "ready")) == (name, [], [])


async def published(relay: Started) -> bool:
    """Whether it is done with something, and with all there is."""
    return bool(lanes := await relay.lanes()) and all(lane["position"] and not lane["lag"] for lane in lanes)


async def level(one: Started) -> bool:
    return not await reasons(one) and not any(lane["lag"] for lane in await one.lanes())
