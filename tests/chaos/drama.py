"""All processes real, real Kafka and PostgreSQL: while systems speak, something is killed every two seconds.

What must hold afterwards is what the simulation asks of the same pipeline in memory.
"""

from __future__ import annotations

import asyncio
import random
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import cycle
from pathlib import Path
from typing import Any

import httpx

from contracts.claims import ACTS
from contracts.observations import Observation, encode_observation
from contracts.topics import OBSERVATIONS
from deploy.kafka import topics
from deploy.local.infra import Infra, local_infra
from deploy.local.processes import BY_NAME, environment, start, stop
from deploy.postgres.migrate import migrate
from services.deliveries.port import Subscriber
from services.deliveries.postgres import PostgresLedger
from services.event_store.checkpoints import PostgresCheckpoints
from services.event_store.postgres import PostgresEventStore
from services.keys.port import new_key
from services.keys.postgres import PostgresKeys
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Record
from services.parking.postgres import PostgresParkingLot
from services.projections.keep import PROJECTIONS
from services.projections.postgres import PostgresReadModels
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from tests.chaos.receiver import receiving
from tests.simulation.portal import Memory
from tests.simulation.stories import Story, Teller
from tests.simulation.verdict import findings

INSTANCES = {"gateway": 2, "recorder": 2, "relay": 2, "projector": 2, "deliverer": 2, "reconciler": 2}
SUBSCRIBERS = ("portal", "national")
TENANTS = ("lang-son", "bac-giang")
SESSION_MS = 2_000
REST_WITHIN_S = 120.0
SECRET = "a secret that both sides know"


@dataclass(slots=True)
class Scene:
    """What is looked at when all is quiet."""

    rng: random.Random
    stories: Sequence[Story]
    store: PostgresEventStore
    models: PostgresReadModels
    parking: PostgresParkingLot
    portals: dict[tuple[str, str], Memory]
    ledger: PostgresLedger
    checkpoints: PostgresCheckpoints


@dataclass(slots=True)
class Cast:
    """The running processes by name and number."""

    infra: Infra
    folder: Path
    gateway_ports: tuple[int, ...]
    running: dict[tuple[str, int], subprocess.Popen[bytes]] = field(default_factory=dict)
    kills: list[str] = field(default_factory=list)

    def start_all(self) -> None:
        for name, instances in INSTANCES.items():
            for number in range(1, instances + 1):
                self.start(name, number)

    def start(self, name: str, number: int) -> None:
        env = environment(
            BY_NAME[name],
            dsn_as=self.infra.dsn_as,
            kafka_bootstrap=self.infra.kafka_bootstrap,
            instance=number,
            port=self.gateway_ports[number - 1] if name == "gateway" else 0,
            group_session_ms=SESSION_MS,
        )
        self.running[name, number] = start(BY_NAME[name], env=env, log=self.folder / "logs" / f"{name}-{number}.log")

    async def kill(self, victim: tuple[str, int]) -> None:
        """As `kill -9`, and started again at once, as a supervisor does."""
        process = self.running.pop(victim)
        process.kill()
        await asyncio.to_thread(process.wait)
        self.kills.append(f"{victim[0]}-{victim[1]}")
        self.start(*victim)

    def fallen(self) -> list[str]:
        """Processes that ended by themselves, which none may."""
        return [f"{name}-{number}" for (name, number), one in self.running.items() if one.poll() is not None]

    def stop_all(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            stop(process)


async def drama(
    folder: Path, *, kills: int, every_s: float, seed: int, servers_too: bool, tell: Callable[[str], None]
) -> tuple[list[str], list[str]]:
    """Play it; gives what was killed, and what was wrong at the end."""
    rng = random.Random(seed)
    per_tenant = max(30, kills * 6)
    stories = [Teller(tenant, rng).tell(per_tenant) for tenant in TENANTS]
    memories = {(tenant, name): Memory() for tenant in TENANTS for name in SUBSCRIBERS}
    # A killed database may lose what it had not written down yet only where it was told that nobody wants it back.
    async with local_infra(folder / "data", fsync=servers_too) as infra, receiving(memories) as url:
        await migrate(infra.postgres_dsn)
        await topics.ensure(infra.kafka_bootstrap)
        async with _scene(infra, rng, stories, memories) as scene:
            tokens = await _open_doors(infra, scene, url)
            ports = tuple(_free_port() for _ in range(INSTANCES["gateway"]))
            cast = Cast(infra, folder, gateway_ports=ports)
            cast.start_all()
            try:
                speaking = asyncio.create_task(_speak(scene, tokens, ports, seconds_s=kills * every_s))
                await _kill(cast, rng, kills=kills, every_s=every_s, servers_too=servers_too, tell=tell)
                await speaking
                tell("quiet again: waiting until everything is level")
                wrong = await _rest(scene, cast)
            finally:
                await asyncio.to_thread(cast.stop_all)
            return cast.kills, wrong or await findings(scene)


@asynccontextmanager
async def _scene(
    infra: Infra, rng: random.Random, stories: Sequence[Story], memories: dict[tuple[str, str], Memory]
) -> AsyncIterator[Scene]:
    dsn = infra.postgres_dsn
    async with open_pool(dsn, name="chaos", size_max=4) as pool:
        yield Scene(
            rng=rng,
            stories=stories,
            store=PostgresEventStore(pool, dsn=dsn),
            models=PostgresReadModels(pool),
            parking=PostgresParkingLot(pool),
            portals=memories,
            ledger=PostgresLedger(pool),
            checkpoints=PostgresCheckpoints(pool, dsn=dsn),
        )


async def _open_doors(infra: Infra, scene: Scene, url: str) -> dict[tuple[str, str], str]:
    """Subscribe the portals, connect the systems, and make a key for each of them."""
    tokens: dict[tuple[str, str], str] = {}
    async with open_pool(infra.postgres_dsn, name="chaos keys", size_max=2) as pool:
        keys = PostgresKeys(pool)
        for story in scene.stories:
            for name in SUBSCRIBERS:
                settings = {"url": f"{url}/{story.tenant}/{name}", "secret": SECRET}
                subscriber = Subscriber(story.tenant, name, "webhook", "history", settings)
                await scene.ledger.subscribe(subscriber, from_position=0)
            for system in sorted({each.system for each in story.observations}):
                key, token = new_key(tenant=story.tenant, system=system, scope="write", now=datetime.now(UTC))
                await keys.add(key)
                tokens[story.tenant, system] = token
    connected = [each for story in scene.stories for each in story.observations if ACTS[each.act][1] == "tenant"]
    async with KafkaPublisher(KafkaSettings(bootstrap=infra.kafka_bootstrap), client_id="chaos") as publisher:
        await publisher.publish(
            OBSERVATIONS.name, [Record(each.code.encode(), encode_observation(each), each.tenant) for each in connected]
        )
    return tokens


async def _speak(scene: Scene, tokens: dict[tuple[str, str], str], ports: Sequence[int], *, seconds_s: float) -> None:
    """Each system posts to one gateway or the other until it gets a yes; what got a yes is never said again."""
    posts = list(_posts(scene))
    pause_s = seconds_s / len(posts)
    gateways = cycle(f"http://127.0.0.1:{port}" for port in ports)
    async with httpx.AsyncClient(timeout=10.0) as client:
        for said in posts:
            token = tokens[said[0].tenant, said[0].system]
            began = time.monotonic()
            while True:
                if await _accepted(client, next(gateways), token, said):
                    break
                await asyncio.sleep(0.2)
            await asyncio.sleep(max(0.0, pause_s - (time.monotonic() - began)))


def _posts(scene: Scene) -> Iterator[list[Observation]]:
    """Small runs of one system's words, the tenants mixed, a little out of order."""
    words = [each for story in scene.stories for each in story.observations if ACTS[each.act][1] != "tenant"]
    keyed = sorted(words, key=lambda each: (each.occurred_at.timestamp() + scene.rng.random() * 86_400, str(each.id)))
    run: list[Observation] = []
    for each in keyed:
        if run and ((run[0].tenant, run[0].system) != (each.tenant, each.system) or len(run) >= 5):
            yield run
            run = []
        run.append(each)
    if run:
        yield run


async def _accepted(client: httpx.AsyncClient, gateway: str, token: str, said: Sequence[Observation]) -> bool:
    theirs = {"id", "tenant", "system", "traceparent"}  # the gateway gives these
    items = [each.model_dump(mode="json", exclude_none=True, exclude=theirs) for each in said]
    try:
        answer = await client.post(
            f"{gateway}/v1/observations", json=items, headers={"authorization": f"Bearer {token}"}
        )
    except httpx.TransportError:
        return False
    if answer.status_code == 202:
        return True
    if answer.status_code in {500, 502, 503, 504}:
        return False
    raise AssertionError(f"the gateway said {answer.status_code}: {answer.text[:500]}")


async def _kill(
    cast: Cast, rng: random.Random, *, kills: int, every_s: float, servers_too: bool, tell: Callable[[str], None]
) -> None:
    victims = _victims(cast, rng)
    for number in range(kills):
        await asyncio.sleep(every_s)
        if fallen := cast.fallen():
            raise AssertionError(f"ended by themselves: {', '.join(fallen)}; see their logs in {cast.folder / 'logs'}")
        if servers_too and number % 10 == 9:
            await _kill_server(cast, ("postgres", "kafka")[number // 10 % 2])
        else:
            await cast.kill(next(victims))
        tell(f"{number + 1} of {kills}: {cast.kills[-1]} killed")


def _victims(cast: Cast, rng: random.Random) -> Iterator[tuple[str, int]]:
    """Everybody in random order, again and again: whoever holds something is among them."""
    while True:
        yield from rng.sample(sorted(cast.running), k=len(cast.running))


async def _kill_server(cast: Cast, name: str) -> None:
    infra = cast.infra
    if name == "kafka":
        await infra.kill_kafka()
        await infra.start_kafka()
    else:
        await infra.kill_postgres()
        await infra.start_postgres()
    cast.kills.append(name)


async def _rest(scene: Scene, cast: Cast) -> list[str]:
    quiet = 0
    restless: str | None = "nothing was recorded"
    until = time.monotonic() + REST_WITHIN_S
    while quiet < 3:
        if time.monotonic() > until:
            return [f"not level after {REST_WITHIN_S:.0f} s: {restless}"]
        if fallen := cast.fallen():
            return [f"ended by themselves: {', '.join(fallen)}; see their logs in {cast.folder / 'logs'}"]
        await asyncio.sleep(0.5)
        restless = await _restless(scene)
        quiet = 0 if restless else quiet + 1
    return []


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


async def _restless(scene: Scene) -> str | None:
    for story in scene.stories:
        tenant, head = story.tenant, await scene.store.head(story.tenant)
        stored = {event.id for event in await scene.store.read(tenant, after=0, limit=10**9)}
        if missing := sum(each.id not in stored for each in story.observations):
            return f"{tenant}: {missing} observations are not recorded"
        if (at := await scene.checkpoints.get("relay", tenant)) < head:
            return f"{tenant}: published {at} of {head}"
        positions = await scene.models.positions(tenant)
        if len(positions) < len(PROJECTIONS) or min(positions.values()) < head:
            return f"{tenant}: shown {positions} of {head}"
        planned = await scene.ledger.planned(tenant)
        if min(planned.values()) < head:
            return f"{tenant}: planned {planned} of {head}"
    owed: list[dict[str, Any]] = [each for each in await scene.ledger.counts() if each["owed"]]
    return f"owed: {owed}" if owed else None
