"""The deliverer as a process on a real broker and database, killed without warning: all arrives, in order, once."""

import asyncio
import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from itertools import count
from pathlib import Path
from typing import Any
from uuid import uuid4

import uvicorn
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, RecordsToDelete
from starlette.applications import Starlette
from starlette.requests import Request as HttpRequest
from starlette.responses import Response as HttpResponse
from starlette.routing import Route

from contracts.dossier_events import encode
from contracts.observations import Observation
from contracts.topics import DOSSIER_EVENTS, partition_of
from deploy.kafka.topics import ensure
from services.deliveries.postgres import PostgresLedger
from services.event_store.postgres import PostgresEventStore
from services.messaging.kafka_publisher import KafkaPublisher
from services.messaging.port import Record
from services.runtime.clock import SystemClock
from services.runtime.postgres import open_pool
from services.runtime.settings import KafkaSettings
from services.subscribers.memory import MemoryPortal
from services.subscribers.port import Request
from tests.integration.gateway.test_gateway_process import heard
from tests.integration.started import started
from tests.recorded import Log
from tests.waiting import until


@asynccontextmanager
async def served(portal: MemoryPortal) -> AsyncIterator[str]:
    """The portal over real HTTP."""

    async def answer(request: HttpRequest) -> HttpResponse:
        body = await request.body()
        asked = Request(request.method, f"http://portal{request.url.path}", dict(request.headers), body)
        given = await portal.send(asked, timeout_s=0)
        return HttpResponse(given.body, status_code=given.status)

    app = Starlette(routes=[Route("/{rest:path}", answer, methods=["GET", "POST"])])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    try:
        await until(lambda: server.started)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/khop"
    finally:
        server.should_exit = True
        await serving


async def publish(publisher: KafkaPublisher, log: Log, *, first: int, last: int = 10_000) -> None:
    """What the relay does: everything from a position on, in order."""
    page = await log.store.read(log.tenant, after=first - 1, limit=last - first + 1)
    headers = (("generation", str(await log.store.generation()).encode()),)
    records = [Record(str(each.dossier).encode(), each.body, each.tenant, headers) for each in page]
    await publisher.publish(DOSSIER_EVENTS.name, records)


async def added(operator_dsn: str, tenant: str, url: str, secret_file: Path) -> None:
    words = ["subscriber", "add", "national", "--tenant", tenant, "--url", url, "--start", "history"]
    # What a killed process was sending is free again after two time-outs and a little.
    words += ["--secret-file", str(secret_file), "--setting", "timeout_s=1"]
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "services.operator", *words],
        env={**os.environ, "KHOP_POSTGRES_DSN": operator_dsn},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


async def test_killed_again_and_again_it_loses_nothing_and_disorders_nothing(
    kafka_bootstrap: str, postgres_dsn: str, as_role: Callable[[str, str], str], tmp_path: Path
) -> None:
    await ensure(kafka_bootstrap)
    tenant, secret = f"t-{uuid4().hex[:12]}", uuid4().hex
    secret_file = tmp_path / "secret"
    secret_file.write_text(secret)
    portal = MemoryPortal("national", secret, SystemClock(), gives_codes=True)
    settings = {
        "KHOP_POSTGRES_DSN": as_role(postgres_dsn, "khop_deliverer"),
        "KHOP_KAFKA_BOOTSTRAP": kafka_bootstrap,
        "KHOP_KAFKA_SESSION_TIMEOUT_MS": "2000",
    }
    async with (
        open_pool(postgres_dsn, name="test") as pool,
        KafkaPublisher(KafkaSettings(bootstrap=kafka_bootstrap), client_id="test") as publisher,
        served(portal) as url,
        heard(kafka_bootstrap, tenant) as observations,
    ):
        log = Log(PostgresEventStore(pool, dsn=postgres_dsn), tenant=tenant)
        await added(as_role(postgres_dsn, "khop_operator"), tenant, url, secret_file)
        ledger = PostgresLedger(pool)
        for kill in range(3):
            first = await log.store.head(tenant) + 1
            for number in range(60):
                await log.add(f"d{number % 20}", status=2 + number % 3)
            async with started("deliverer", tmp_path, **settings) as one, started("deliverer", tmp_path, **settings):
                await publish(publisher, log, first=first)
                await until(partial(has_taken, portal, 60 * kill + 10))
                await one.kill()

        async def settled() -> bool:
            planned = (await ledger.planned(tenant))["national"]
            [count] = [count for count in await ledger.counts() if count["tenant"] == tenant]
            return planned == await log.store.head(tenant) and count["owed"] == 0

        async with started("deliverer", tmp_path, **settings) as last:
            await until(settled, timeout_s=90)
            await last.ready()
            assert await last.stop() == 0, last.log.read_text()[-3000:]
        assert sorted(event["position"] for event in portal.received) == list(range(1, 181))
        assert sorted(event["khopdelivery"] for event in portal.received) == list(range(1, 181))
        assert in_order(portal.received)
        codes = set(portal.codes.values())
        await until(lambda: linked(observations) >= codes)


def has_taken(portal: MemoryPortal, least: int) -> bool:
    return len(portal.received) >= least


def in_order(events: list[dict[str, Any]]) -> bool:
    """Whether each dossier's events came in order of position."""
    dossiers: defaultdict[str, list[int]] = defaultdict(list)
    for event in events:
        dossiers[event["subject"]].append(event["position"])
    return all(taken == sorted(taken) for taken in dossiers.values())


def linked(observations: list[Observation]) -> set[str]:
    """Codes that the portal gave and that went through the front door as its own claims."""
    return {each.code for each in observations if each.act == "linked" and each.system == "national"}


SHOWS_WHAT_IT_KEPT = """\
import atexit, json, os, sys


def show():
    if (backend := sys.modules.get("deploy.examples.backend")) is not None:
        kept = {subject: [at, state.status] for subject, (at, state) in backend.dossiers.items()}
        with open(os.environ["SHOWN"], "w") as file:
            json.dump(kept, file)


atexit.register(show)
"""


@dataclass(slots=True)
class Example:
    """The example's process, and how far its group says that it is."""

    process: asyncio.subprocess.Process
    partition: TopicPartition
    log: Path
    shown: Path
    _offsets: AIOKafkaConsumer

    async def done(self) -> int | None:
        """The offset that it would go on from after a kill."""
        assert self.process.returncode is None, self.log.read_text()[-3000:]
        offset: int | None = await self._offsets.committed(self.partition)
        return offset

    async def end(self) -> int:
        """The offset behind the last record of its partition."""
        ends: dict[TopicPartition, int] = await self._offsets.end_offsets([self.partition])
        return ends[self.partition]

    async def has_done_all(self) -> bool:
        return await self.done() == await self.end()

    def times_received(self, offset: int) -> int:
        words = f"| {offset}-"
        return sum(words in line and line.endswith("- Received") for line in self.log.read_text().splitlines())

    async def stop(self) -> dict[str, list[int]]:
        """What it kept when it was asked to end."""
        self.process.terminate()
        assert await self.process.wait() == 0, self.log.read_text()[-3000:]
        kept: dict[str, list[int]] = json.loads(self.shown.read_text())
        return kept


def partition(tenant: str) -> TopicPartition:
    return TopicPartition(DOSSIER_EVENTS.name, partition_of(tenant, DOSSIER_EVENTS.partitions))


@asynccontextmanager
async def example(bootstrap: str, tenant: str, folder: Path, root: Path) -> AsyncIterator[Example]:
    """The example, started by the words of `services/subscribers/README.md`."""
    # Python runs a module of this name before anything else, so the example itself needs no door for a test.
    (folder / "sitecustomize.py").write_text(SHOWS_WHAT_IT_KEPT)
    shown, log = folder / "shown.json", folder / "example.log"
    own = {"TENANT": tenant, "KAFKA_BOOTSTRAP": bootstrap, "SHOWN": str(shown), "PYTHONPATH": str(folder)}
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id="example", enable_auto_commit=False) as offsets:
        offsets.assign([mine := partition(tenant)])
        with log.open("wb") as output:
            process = await asyncio.create_subprocess_exec(
                Path(sys.executable).with_name("faststream"),
                "run",
                "deploy.examples.backend:app",
                cwd=root,
                env={**os.environ, **own, "COLUMNS": "1000"},
                stdout=output,
                stderr=output,
            )
        try:
            yield Example(process, mine, log, shown, offsets)
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def neighbour_of(tenant: str) -> str:
    """Another tenant of the same partition."""
    names = (f"{tenant}-{number}" for number in count())
    return next(name for name in names if partition(name) == partition(tenant))


async def test_the_example_backend_keeps_its_own_dossiers_at_their_highest_position(
    kafka_bootstrap: str, postgres_dsn: str, tmp_path: Path, repo_root: Path
) -> None:
    await ensure(kafka_bootstrap)
    tenant = f"t-{uuid4().hex[:12]}"
    async with (
        open_pool(postgres_dsn, name="test") as pool,
        KafkaPublisher(KafkaSettings(bootstrap=kafka_bootstrap), client_id="test") as publisher,
        example(kafka_bootstrap, tenant, tmp_path, repo_root) as running,
    ):
        log, foreign = Log(PostgresEventStore(pool, dsn=postgres_dsn), tenant=tenant), Log(tenant=neighbour_of(tenant))
        last: dict[str, list[int]] = {}
        for number in range(20):
            event = await log.add(f"d{number % 5}", status=2 + number % 3)
            last[event.subject] = [event.position, 2 + number % 3]
        await publish(publisher, log, first=1)
        # A relay that was killed sends its page again; then one of its positions alone, with no newer one behind it.
        await publish(publisher, log, first=11)
        await publish(publisher, log, first=5, last=5)
        # A higher position than any of ours, of a dossier that has the id of one of ours.
        for _ in range(30):
            await foreign.add("d2", status=10)
        await publish(publisher, foreign, first=30)
        event = await log.add("d0", status=10)
        last[event.subject] = [21, 10]
        await publish(publisher, log, first=21)
        await until(running.has_done_all, timeout_s=90)
        assert await running.stop() == last


async def test_an_event_that_the_example_cannot_read_comes_again_and_is_not_stepped_over(
    kafka_bootstrap: str, postgres_dsn: str, tmp_path: Path, repo_root: Path
) -> None:
    await ensure(kafka_bootstrap)
    tenant = f"t-{uuid4().hex[:12]}"
    async with (
        open_pool(postgres_dsn, name="test") as pool,
        KafkaPublisher(KafkaSettings(bootstrap=kafka_bootstrap), client_id="test") as publisher,
        example(kafka_bootstrap, tenant, tmp_path, repo_root) as running,
    ):
        log = Log(PostgresEventStore(pool, dsn=postgres_dsn), tenant=tenant)
        event = await log.add("d0", status=2)
        await publish(publisher, log, first=1)
        newer = encode(event).replace(b".v1", b".v2")
        unreadable = await running.end()
        try:
            await publisher.publish(DOSSIER_EVENTS.name, [Record(event.subject.encode(), newer, tenant)])
            await log.add("d0", status=4)
            await publish(publisher, log, first=2)
            await until(lambda: running.times_received(unreadable) == 2, timeout_s=90)
            assert await running.done() == unreadable
        finally:
            await erased(kafka_bootstrap, running.partition, up_to=await running.end())


async def erased(bootstrap: str, lane: TopicPartition, *, up_to: int) -> None:
    """Every other test's processes read this topic too, and would park what nobody can read."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.delete_records({lane: RecordsToDelete(before_offset=up_to)})
    finally:
        await admin.close()


def test_the_example_is_no_longer_than_a_screen(repo_root: Path) -> None:
    assert len((repo_root / "deploy/examples/backend.py").read_text().splitlines()) <= 40
